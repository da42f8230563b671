import { randomUUID } from 'node:crypto';
import { Controller, Delete, Get, type INestApplication, Param } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EngineModule, Engines, parseEngineUrl } from '../../src/engine/index.js';
import { type CachedQuery, QueryCacheModule, QueryCacheService } from '../../src/query-cache/index.js';

const ENGINE_URL = process.env['ENGINE_URL'];
if (!ENGINE_URL)
  throw new Error('Set ENGINE_URL to Redis, Valkey or Memcached, for example redis://127.0.0.1:6379.');

let loads = 0;

/** A cached query with a tag. A service queries its database in `load`. */
@Controller('squares')
class SquaresController {
  private readonly squares: CachedQuery<{ n: number }, { square: number }>;

  constructor(private readonly queryCache: QueryCacheService) {
    this.squares = queryCache.define({
      name: 'test.squares',
      ttlSeconds: 60,
      tags: ({ n }) => [`number:${n}`],
      load: ({ n }) => {
        loads++;
        return Promise.resolve({ square: n * n });
      },
    });
  }

  @Get(':n')
  read(@Param('n') n: string) {
    return this.squares.read({ n: Number(n) });
  }

  @Delete(':n')
  invalidate(@Param('n') n: string) {
    return this.queryCache.invalidateTag(`number:${n}`);
  }

  @Delete('of/:query')
  invalidateQuery(@Param('query') query: string) {
    return this.queryCache.invalidate(query, {});
  }
}

describe('the query cache', { timeout: 30_000 }, () => {
  let app: INestApplication;

  beforeAll(async () => {
    const engine = EngineModule.forRoot({ roles: { cache: parseEngineUrl(ENGINE_URL) }, deadlineMs: 2_000 });
    const queryCache = QueryCacheModule.forRootAsync({
      inject: [Engines],
      useFactory: (engines: Engines) => ({
        engine: engines.for('cache'),
        keyPrefix: `test:${randomUUID()}`,
        concurrentLoads: 4,
        engineSoftTimeoutMs: 2_000,
      }),
    });
    const module = await Test.createTestingModule({
      imports: [engine, queryCache],
      controllers: [SquaresController],
    }).compile();
    app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
  }, 60_000);
  beforeEach(() => void (loads = 0));
  afterAll(() => app.close());

  const read = (n: string) => request(app.getHttpServer()).get(`/squares/${n}`);

  it('loads once for concurrent requests', async () => {
    const responses = await Promise.all(Array.from({ length: 20 }, () => read('12')));
    expect(responses.map(({ body }) => body.square)).toEqual(Array(20).fill(144));
    expect(loads).toBe(1);
  });

  it('answers from memory until the tag is invalidated', async () => {
    await read('7').expect(200);
    expect((await read('7')).headers['cache-status']).toContain('hit');
    await request(app.getHttpServer()).delete('/squares/7').expect(200);
    expect((await read('7')).headers['cache-status']).toContain('fwd=');
    expect(loads).toBe(2);
  });

  it('answers 422 to arguments that JSON would change', async () => {
    const { status, type, body } = await read('seven');
    expect([status, type, body.code]).toEqual([422, 'application/problem+json', 'E_QUERY_ARGUMENTS']);
    expect(loads).toBe(0);
  });

  it('answers 404 to the invalidation of an unknown query', async () => {
    const { status, type, body } = await request(app.getHttpServer()).delete('/squares/of/test.cubes');
    expect([status, type, body.code]).toEqual([404, 'application/problem+json', 'E_QUERY_UNKNOWN']);
  });
});
