import { get as httpGet, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, type INestApplication, Param } from '@nestjs/common';
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

  function get(path: string, headers: Record<string, string> = {}) {
    return new Promise<{ headers: IncomingHttpHeaders; isFast: boolean }>((resolve, reject) => {
      const before = fastUrls.length;
      httpGet({ host: '127.0.0.1', port, path, headers, agent: false }, (response) =>
        response
          .on('end', () => resolve({ headers: response.headers, isFast: fastUrls.length > before }))
          .resume(),
      ).on('error', reject);
    });
  }

  async function areFast(paths: string[], headers: Record<string, string> = {}): Promise<boolean[]> {
    const answers = [];
    for (const path of paths) answers.push((await get(path, headers)).isFast);
    return answers;
  }

  it('answers from the third request on, without Express', async () => {
    expect(await areFast(Array(4).fill('/fast/a'))).toEqual([false, false, true, true]);
    const before = requests;
    await get('/fast/a');
    expect(requests).toBe(before);
  });

  it.each([
    ['of a route without @FastLane(), for the same answer', '/slow/a'],
    ['of a query that @FastLane() does not name', '/other/a'],
    ['that is null', '/fast/none'],
    ['with a cookie', '/fast/cookie'],
    ['with a header that each answer has anew', '/fast/numbered'],
    ['with Vary: *', '/fast/star'],
    ['with a Content-Encoding', '/fast/encoded'],
    ['at a URL of more than 512 characters', `/fast/a?${'x'.repeat(512)}`],
  ])('does not answer what the normal way answers %s', async (_what, path) => {
    expect(await areFast(Array(5).fill(path))).toEqual(Array(5).fill(false));
  });

  it('answers only requests that agree in the headers named by Vary', async () => {
    expect(await areFast(Array(3).fill('/fast/varying'), { 'accept-language': 'de' })).toEqual([
      false,
      false,
      true,
    ]);
    const others = [await get('/fast/varying', { 'accept-language': 'fr' }), await get('/fast/varying')];
    expect(others.map(({ headers, isFast }) => [headers['content-language'], isFast])).toEqual([
      ['fr', false],
      ['en', false],
    ]);
  });

  it('leaves stale answers and their refresh to the normal way', async () => {
    await until(async () => (await get('/brief/a')).isFast);
    await until(async () => !(await get('/brief/a')).isFast);
    const { headers, isFast } = await get('/brief/a');
    expect([isFast, headers['cache-status']]).toEqual([
      false,
      expect.stringMatching(/^query-cache; hit; ttl=-\d+; detail=(local|engine)$/),
    ]);
  });

  it('counts its answers as local hits of the query', async () => {
    const queries = app.get(QueryCacheService);
    const before = queries.stats().queries['shared']?.hits.local ?? 0;
    expect(await areFast(['/fast/a', '/fast/a'])).toEqual([true, true]);
    expect(queries.stats().queries['shared']?.hits.local).toBe(before + 2);
  });

  it('remembers at most 5,000 URLs, the most recently used', async () => {
    await until(async () => (await get('/fast/a')).isFast);
    const many = Array.from({ length: 5_001 }, (_, i) => `/fast/b?${i}`);
    for (let i = 0; i < many.length; i += 50)
      await Promise.all(many.slice(i, i + 50).map((path) => get(path)));
    expect((await get('/fast/a')).isFast).toBe(false);
  });
});
