import { type IncomingHttpHeaders, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Head, HttpCode, type INestApplication, Param } from '@nestjs/common';
import type { RequestHandler } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  FastLane,
  fastLaneChannel,
  type FastLaneRequest,
  QueryCacheService,
} from '../../../src/query-cache/index.js';
import { subscribe } from '../../../src/telemetry/index.js';
import { until } from '../../support/until.js';
import { Answers, type FastLaneEngine, startFastLaneApp, startFastLaneEngine } from './fast-lane-app.js';

const fastUrls: (string | undefined)[] = [];
const unsubscribe = subscribe(fastLaneChannel, ({ request }: FastLaneRequest) => fastUrls.push(request.url));
afterAll(unsubscribe);

describe('the fast lane', () => {
  @Controller()
  class Routes {
    constructor(private readonly answers: Answers) {}

    @Get('fast/:id')
    @FastLane('shared')
    fast(@Param('id') id: string) {
      return this.answers.read('shared', id);
    }

    @Head('headed/:id')
    @HttpCode(204)
    head() {}

    @Get('headed/:id')
    @FastLane('shared')
    headed(@Param('id') id: string) {
      return this.answers.read('shared', id);
    }

    @Get('slow/:id')
    slow(@Param('id') id: string) {
      return this.answers.read('shared', id);
    }

    @Get('other/:id')
    @FastLane('brief')
    other(@Param('id') id: string) {
      return this.answers.read('shared', id);
    }

    @Get('brief/:id')
    @FastLane('brief')
    brief(@Param('id') id: string) {
      return this.answers.read('brief', id);
    }
  }

  let requests = 0;
  let running: FastLaneEngine;
  let app: INestApplication<Server>;
  let port: number;
  beforeAll(async () => {
    const middleware: RequestHandler = (request, response, next) => {
      requests++;
      if (request.url.startsWith('/fast/cookie')) response.cookie('visitor', '1');
      if (request.url.startsWith('/fast/numbered')) response.set('X-Request-Id', String(requests));
      if (request.url.startsWith('/fast/varying'))
        response.vary('Accept-Language').set('Content-Language', request.get('accept-language') ?? 'en');
      if (request.url.startsWith('/fast/star')) response.vary('*');
      if (request.url.startsWith('/fast/encoded')) response.set('Content-Encoding', 'identity');
      next();
    };
    running = await startFastLaneEngine();
    app = await startFastLaneApp(Routes, { engine: running.engine, middleware: [middleware] });
    await app.listen(0, '127.0.0.1');
    port = (app.getHttpServer().address() as AddressInfo).port;
  });
  afterAll(async () => {
    await app.close();
    await running.stop();
  });

  interface Got {
    status: number | undefined;
    headers: IncomingHttpHeaders;
    isFast: boolean;
  }

  function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
    return new Promise((resolve, reject) => {
      const before = fastUrls.length;
      const sent = httpRequest(
        { host: '127.0.0.1', port, path, headers, method, agent: false },
        (response) => {
          const { statusCode: status, headers: received } = response;
          response
            .on('end', () => resolve({ status, headers: received, isFast: fastUrls.length > before }))
            .resume();
        },
      );
      sent.on('error', reject).end();
    });
  }

  async function areFast(paths: string[], headers: Record<string, string> = {}): Promise<boolean[]> {
    const answers = [];
    for (const path of paths) answers.push((await get(path, headers)).isFast);
    return answers;
  }

  // On a busy machine the local tier serves nothing for moments.
  const untilFast = (path: string, headers: Record<string, string> = {}) =>
    until(async () => (await get(path, headers)).isFast);

  it('answers after two equal answers of the normal way, without Express', async () => {
    expect(await areFast(['/fast/a', '/fast/a'])).toEqual([false, false]);
    await untilFast('/fast/a');
    await until(async () => {
      const before = requests;
      return (await get('/fast/a')).isFast && requests === before;
    });
    expect(fastUrls).toContain('/fast/a');
  });

  it.each([
    ['of a route without @FastLane(), for the same answer', '/slow/a'],
    ['of a query that @FastLane() does not name', '/other/a'],
    ['that is null', '/fast/none'],
    ['with a cookie', '/fast/cookie'],
    ['with a header that differs each time', '/fast/numbered'],
    ['with Vary: *', '/fast/star'],
    ['with a Content-Encoding', '/fast/encoded'],
    ['at a URL of more than 512 characters', `/fast/a?${'x'.repeat(512)}`],
  ])('does not answer what the normal way answers %s', async (_what, path) => {
    expect(await areFast(Array(5).fill(path))).toEqual(Array(5).fill(false));
  });

  it('answers only requests that agree in the headers named by Vary', async () => {
    await untilFast('/fast/varying', { 'accept-language': 'de' });
    const others = [await get('/fast/varying', { 'accept-language': 'fr' }), await get('/fast/varying')];
    expect(others.map(({ headers, isFast }) => [headers['content-language'], isFast])).toEqual([
      ['fr', false],
      ['en', false],
    ]);
  });

  it('leaves HEAD to a @Head() route of the same URL', async () => {
    await untilFast('/headed/a');
    expect(await get('/headed/a', {}, 'HEAD')).toMatchObject({ status: 204, isFast: false });
  });

  it('leaves stale answers and their refresh to the normal way', async () => {
    let path = '';
    let id = 0;
    // Each answer is fresh for a second only, in which the local tier may serve nothing.
    await until(async () => {
      path = `/brief/${id++}`;
      return (await areFast([path, path, path]))[2] === true;
    });
    let stale: Got | undefined;
    await until(async () => {
      const answer = await get(path);
      if (/; ttl=-\d/.test(String(answer.headers['cache-status']))) stale = answer;
      return stale !== undefined;
    });
    expect(stale?.isFast).toBe(false);
    expect(stale?.headers['cache-status']).toMatch(/^query-cache; hit; ttl=-\d+; detail=(local|engine)$/);
  });

  it('counts its answers as local hits of the query', async () => {
    const queries = app.get(QueryCacheService);
    const localHits = () => queries.stats().queries['shared']?.hits.local ?? 0;
    await until(async () => {
      const before = localHits();
      return (await get('/fast/a')).isFast && localHits() === before + 1;
    });
    expect(queries.stats().queries['shared']).toMatchObject({ loads: expect.any(Number), errors: 0 });
  });

  it('remembers at most 5,000 URLs, the most recently used', async () => {
    await untilFast('/fast/a');
    const many = Array.from({ length: 5_001 }, (_, i) => `/fast/b?${i}`);
    for (let i = 0; i < many.length; i += 50)
      await Promise.all(many.slice(i, i + 50).map((path) => get(path)));
    expect((await get('/fast/a')).isFast).toBe(false);
  });
});
