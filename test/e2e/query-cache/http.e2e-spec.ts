import type { Server } from 'node:http';
import { CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import { Controller, Get, type INestApplication, Inject, Param, UseInterceptors } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer } from '../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import { QueryCacheModule, QueryCacheService } from '../../../src/query-cache/index.js';
import { installed } from '../../support/app.js';
import { until } from '../../support/until.js';
import { startTestEngine } from '../../support/profiles/test-engine.js';

type Args = { id: string };

const ANSWER = { text: 'Ünïcode, "quoted" and \u2028', rows: [1, 2.5, null] };

@Controller()
class AnswersController {
  private readonly shared;
  private readonly own;

  constructor(@Inject(QueryCacheService) queries: QueryCacheService) {
    const load = ({ id }: Args) =>
      id === 'broken' ? Promise.reject(new Error('the database rejects')) : Promise.resolve(ANSWER);
    this.shared = queries.define<Args, object>({ name: 'shared', ttlSeconds: 60, load });
    this.own = queries.define<Args, object>({ name: 'own', ttlSeconds: 60, scope: ({ id }) => id, load });
  }

  @Get('shared/:id')
  readShared(@Param('id') id: string) {
    return this.shared.read({ id });
  }

  @Get('nested/:id')
  async readNested(@Param('id') id: string) {
    return { id, answer: await this.shared.read({ id }) };
  }

  @Get('intercepted/:id')
  @UseInterceptors(CacheInterceptor)
  readIntercepted(@Param('id') id: string) {
    return this.shared.read({ id });
  }

  @Get('own/:id')
  readOwn(@Param('id') id: string) {
    return this.own.read({ id });
  }
}

describe('CachedAnswerSender', () => {
  let server: LocalServer;
  let engine: RedisEngine;
  let app: INestApplication<Server>;
  beforeAll(async () => {
    const [kind = 'valkey'] = installed('valkey', 'redis');
    server = await startTestEngine(kind);
    engine = new RedisEngine(parseEngineUrl(server.url), 2_000);
    engine.start();
    await until(() => engine.isReady);
    const module = await Test.createTestingModule({
      imports: [
        CacheModule.register(),
        QueryCacheModule.forRoot({
          engine,
          keyPrefix: 'http',
          concurrentLoads: 4,
          // On a busy machine a slow engine must not count as unavailable.
          engineSoftTimeoutMs: 4_000,
        }),
      ],
      controllers: [AnswersController],
    }).compile();
    app = module.createNestApplication({ logger: false });
    await app.init();
  });
  afterAll(async () => {
    await app.close();
    engine.close();
    await server.stop();
  });

  const get = (path: string) => request(app.getHttpServer()).get(path);

  it('sends the stored bytes with the same ETag from database and memory', async () => {
    const miss = await get('/shared/a').expect(200);
    const hit = await get('/shared/a').expect(200);
    expect(miss.headers['cache-status']).toContain('fwd=uri-miss');
    expect(hit.headers['cache-status']).toMatch(/; hit; ttl=\d+; detail=(local|engine)$/);
    for (const { text, headers } of [miss, hit]) {
      expect(text).toBe(JSON.stringify(ANSWER));
      expect(headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(Buffer.byteLength(text)),
        'cache-control': 'no-cache',
        etag: miss.headers['etag'],
        age: '0',
      });
    }
  });

  it.each([
    ['as a member of another object', '/nested/a', { id: 'a', answer: ANSWER }],
    ['behind a stock CacheInterceptor', '/intercepted/a', ANSWER],
  ])('sends the value alone %s, on a miss and on hits', async (_where, path, expected) => {
    for (let i = 0; i < 3; i++) expect((await get(path).expect(200)).body).toEqual(expected);
  });

  it('answers 304 when If-None-Match has the ETag, and HEAD without a body', async () => {
    const { headers } = await get('/shared/a').expect(200);
    const { text } = await get('/shared/a').set('if-none-match', String(headers['etag'])).expect(304);
    expect(text).toBe('');
    const head = await request(app.getHttpServer()).head('/shared/a').expect(200);
    expect(head.headers).toMatchObject({
      etag: headers['etag'],
      'content-length': headers['content-length'],
    });
    expect(head.text).toBeUndefined();
  });

  it('forbids clients to store an answer with a scope', async () => {
    for (const outcome of ['miss', 'hit']) {
      const { headers } = await get('/own/ada').expect(200);
      expect([outcome, headers['cache-control']]).toEqual([outcome, 'private, no-store']);
    }
  });

  it('sends no cache headers when the load fails', async () => {
    const { headers, body } = await get('/shared/broken').expect(500);
    expect(body).toMatchObject({ statusCode: 500 });
    expect(headers['cache-status']).toBeUndefined();
  });
});
