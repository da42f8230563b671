import { randomUUID } from 'node:crypto';
import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { Controller, Get, Inject, type INestApplication, Param } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CacheManagerModule } from '../../src/cache-manager/index.js';
import { EngineModule, Engines, parseEngineUrl } from '../../src/engine/index.js';

const ENGINE_URL = process.env['ENGINE_URL'];
if (!ENGINE_URL)
  throw new Error('Set ENGINE_URL to Redis, Valkey or Memcached, for example redis://127.0.0.1:6379.');

let loads = 0;

@Controller('squares')
class SquaresController {
  constructor(@Inject(CACHE_MANAGER) private readonly cache: Cache) {}

  @Get(':n')
  read(@Param('n') n: string): Promise<{ square: number }> {
    const load = () => {
      loads++;
      return Promise.resolve({ square: Number(n) ** 2 });
    };
    return this.cache.wrap(`square:${n}`, load, 60_000);
  }
}

describe('CACHE_MANAGER', { timeout: 30_000 }, () => {
  let app: INestApplication;
  let cache: Cache;

  beforeAll(async () => {
    const engine = EngineModule.forRoot({ roles: { cache: parseEngineUrl(ENGINE_URL) }, deadlineMs: 2_000 });
    const plainCache = CacheManagerModule.forRootAsync({
      inject: [Engines],
      useFactory: (engines: Engines) => ({
        engine: engines.for('cache'),
        keyPrefix: `test:${randomUUID()}`,
        softTimeoutMs: 2_000,
      }),
    });
    const module = await Test.createTestingModule({
      imports: [engine, plainCache],
      controllers: [SquaresController],
    }).compile();
    app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
    cache = app.get<Cache>(CACHE_MANAGER);
  }, 60_000);
  afterAll(() => app.close());

  it('loads a value once', async () => {
    for (let i = 0; i < 2; i++) {
      const { body } = await request(app.getHttpServer()).get('/squares/12').expect(200);
      expect(body).toEqual({ square: 144 });
    }
    expect(loads).toBe(1);
  });

  it('returns 0, null and an empty string as they were stored', async () => {
    for (const value of [0, null, '']) {
      await cache.set('value', value, 60_000);
      expect(await cache.get('value')).toBe(value);
    }
  });

  it('rejects a value that JSON would change', async () => {
    await expect(cache.set('at', new Date(0), 60_000)).rejects.toMatchObject({ code: 'E_QUERY_VALUE' });
  });

  it('rejects clear(), which would empty the whole engine', async () => {
    await expect(cache.clear()).rejects.toThrow('cannot be cleared');
  });
});
