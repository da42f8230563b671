import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemcachedEngine, type RedisEngine } from '../../../src/engine/index.js';
import { PlainCacheModule, QueryCacheModule } from '../../../src/query-cache/index.js';
import { plainKey } from '../../../src/query-cache/query-cache.keys.js';
import { installed } from '../../support/app.js';
import { until } from '../../support/until.js';
import { type CacheNodes, startCacheNodes } from './cache-nodes.js';

const PREFIX = 'test:plain';
const TTL_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1_000;

describe.each(installed('redis', 'valkey', 'memcached'))('CACHE_MANAGER on %s', (kind) => {
  let nodes: CacheNodes;
  const caches: Cache[] = [];
  const closings: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    nodes = await startCacheNodes(kind);
    for (const { engine } of nodes.nodes.slice(1)) {
      const options = { engine, keyPrefix: PREFIX, concurrentLoads: 1, patienceMs: 1_000 };
      const module = await Test.createTestingModule({
        imports: [QueryCacheModule.forRoot(options), PlainCacheModule],
      }).compile();
      caches.push(module.get<Cache>(CACHE_MANAGER));
      closings.push(() => module.close());
    }
  });
  afterAll(async () => {
    for (const close of closings) await close();
    await nodes.close();
  });

  it.each([
    ['an object', { city: 'New York' }],
    ['null', null],
    ['0', 0],
    ['an empty text', ''],
  ])('keeps %s for every node', async (what, value) => {
    const [one, other] = caches;
    let loads = 0;
    const load = () => Promise.resolve((loads++, value));
    expect(await one?.wrap(what, load, TTL_MS)).toEqual(value);
    expect(await other?.wrap(what, load, TTL_MS)).toEqual(value);
    expect(loads).toBe(1);
  });

  it.each(['with spaces\r\nand lines', 'x'.repeat(300), 'ключ', ''])('takes any key: %j', async (key) => {
    await caches[0]?.set(key, key, TTL_MS);
    expect(await caches[1]?.get(key)).toBe(key);
    await caches[0]?.del(key);
    expect(await caches[1]?.get(key)).toBeUndefined();
  });

  it('answers many keys at once', async () => {
    await caches[0]?.mset([
      { key: 'many 1', value: 1, ttl: TTL_MS },
      { key: 'many 2', value: 2, ttl: TTL_MS },
    ]);
    expect(await caches[1]?.mget(['many 1', 'none', 'many 2'])).toEqual([1, undefined, 2]);
  });

  it('lets values end with their time', async () => {
    await caches[0]?.set('short', 1, 1_000);
    await expect.poll(() => caches[1]?.get('short'), { timeout: 10_000 }).toBeUndefined();
  });

  it.skipIf(kind === 'memcached')('never asks an engine to keep a value for more than 30 days', async () => {
    const { engine } = nodes.nodes[0];
    for (const ttlMs of [0, 31 * DAY_MS]) {
      await caches[0]?.set(`long ${ttlMs}`, 1, ttlMs);
      const leftMs = await (engine as RedisEngine).client.pTTL(plainKey(PREFIX, `long ${ttlMs}`));
      expect(leftMs).toBeGreaterThan(29 * DAY_MS);
      expect(leftMs).toBeLessThanOrEqual(30 * DAY_MS);
    }
  });

  it('is a miss when something else is there', async () => {
    const engine = nodes.nodes[0].engine;
    const key = plainKey(PREFIX, 'foreign');
    if (engine instanceof MemcachedEngine)
      await engine.settle('set', () => engine.client.set(key, '{"val', {}));
    else await engine.client.set(key, '{"val');
    expect(await caches[0]?.get('foreign')).toBeUndefined();
    expect(await caches[0]?.wrap('foreign', () => Promise.resolve('ours'), TTL_MS)).toBe('ours');
    expect(await caches[1]?.get('foreign')).toBe('ours');
  });

  it('refuses to be cleared, which would empty the whole engine', async () => {
    await caches[0]?.set('kept', 1, TTL_MS);
    await expect(caches[0]?.clear()).rejects.toThrow('A plain cache is not cleared');
    expect(await caches[0]?.get('kept')).toBe(1);
  });

  it('fails open: while the engine is away nothing is kept, and nobody notices', async () => {
    const [cache] = caches;
    await nodes.server.kill();
    expect(await cache?.wrap('away', () => Promise.resolve('loaded'), TTL_MS)).toBe('loaded');
    expect(await cache?.get('away')).toBeUndefined();
    await cache?.set('away', 1, TTL_MS);
    await cache?.del('away');
    await nodes.server.restart();
    await until(async () => {
      await cache?.set('back', 1, TTL_MS);
      return (await cache?.get('back')) === 1;
    });
  });
});
