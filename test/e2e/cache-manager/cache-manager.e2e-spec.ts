import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { Test } from '@nestjs/testing';
import { createCache } from 'cache-manager';
import fc from 'fast-check';
import { Keyv } from 'keyv';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngineKeyv, engineKey } from '../../../src/cache-manager/cache-manager.store.js';
import { CacheManagerModule } from '../../../src/cache-manager/index.js';
import { MemcachedEngine, type RedisEngine } from '../../../src/engine/index.js';
import { installed } from '../../support/app.js';
import { until } from '../../support/until.js';
import { anything, withPlainZeros } from '../query-cache/any-value.js';
import { type CacheNodes, startCacheNodes } from '../query-cache/cache-nodes.js';
import { commandsOf } from '../../support/commands-of.js';

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
      const options = { engine, keyPrefix: PREFIX, softTimeoutMs: 1_000 };
      const module = await Test.createTestingModule({
        imports: [CacheManagerModule.forRoot(options)],
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
    ['an empty string', ''],
  ])('returns %s on every node after one load', async (what, value) => {
    let loads = 0;
    const load = () => Promise.resolve((loads++, value));
    for (const cache of caches) expect(await cache.wrap(what, load, TTL_MS)).toEqual(value);
    expect(loads).toBe(1);
  });

  const createKeyv = () => {
    const { engine } = nodes.nodes[0];
    return createEngineKeyv({ engine, keyPrefix: PREFIX, softTimeoutMs: 1_000 });
  };

  it('returns the stored value, or rejects storing it', async () => {
    const [one, other] = caches;
    const counts = { kept: 0, refused: 0 };
    const refusal: unknown = expect.stringMatching(/^QueryCacheError: .*CACHE_MANAGER.* (is|contains) /);
    const keepsOrRefuses = async (key: string, value: unknown) => {
      const error = await one?.set(key, value, TTL_MS).then(() => undefined, String);
      counts[error === undefined ? 'kept' : 'refused']++;
      const expected = error === undefined ? withPlainZeros(value) : refusal;
      expect(error ?? (await other?.get(key))).toEqual(expected);
    };
    await fc.assert(
      fc.asyncProperty(fc.uuid(), fc.array(anything, { minLength: 2, maxLength: 4 }), (key, values) =>
        Promise.all(values.map((value, i) => keepsOrRefuses(`${key} ${i}`, value))).then(() => undefined),
      ),
      { numRuns: 200 },
    );
    console.log(`CACHE_MANAGER on ${kind}: ${counts.kept} values kept, ${counts.refused} refused`);
    expect(Math.min(counts.kept, counts.refused)).toBeGreaterThan(50);
  });

  it.each([
    ['a Date', { at: new Date(0) }, 'at is a Date. Use text or plain data.'],
    ['a Map', new Map(), 'the value is a Map.'],
    ['a Buffer', [Buffer.from('x')], '0 is a Buffer.'],
    ['a bigint', { id: 1n }, 'id is a bigint. Use its text.'],
  ])('rejects %s in set, mset and wrap, and says where it is', async (_what, value, reason) => {
    const [cache] = caches;
    const load = () => Promise.resolve(value);
    await expect(cache?.set('refused', value, TTL_MS)).rejects.toThrow(reason);
    await expect(cache?.mset([{ key: 'refused', value, ttl: TTL_MS }])).rejects.toThrow(reason);
    await expect(cache?.wrap('refused', load, TTL_MS)).rejects.toThrow(reason);
    expect(await cache?.get('refused')).toBeUndefined();
  });

  it('stores a value as it was when set was called', async () => {
    const cache = caches[0] as Cache;
    const value = { n: 1 };
    const stored = [
      cache.set('changed after set', value, TTL_MS),
      cache.mset([{ key: 'changed after mset', value, ttl: TTL_MS }]),
    ];
    value.n = 2;
    await Promise.all(stored);
    expect(await cache.mget(['changed after set', 'changed after mset'])).toEqual([{ n: 1 }, { n: 1 }]);
  });

  it('delete returns whether the key existed', async () => {
    const keyv = caches[0]?.stores[0];
    await keyv?.set('deleted', 1, TTL_MS);
    expect(await keyv?.delete('deleted')).toBe(true);
    expect(await keyv?.delete('deleted')).toBe(false);
  });

  it('separates the keys of two Keyv namespaces', async () => {
    const [one, other] = [createKeyv(), createKeyv()];
    one.namespace = 'one';
    other.namespace = 'other';
    const third = new Keyv({ store: one.store, namespace: 'third' });
    await Promise.all([one.set('key', 1, TTL_MS), other.set('key', 2, TTL_MS), third.set('key', 3, TTL_MS)]);
    expect(await Promise.all([one.get('key'), other.get('key'), third.get('key')])).toEqual([1, 2, 3]);
    expect(await caches[0]?.get('key')).toBeUndefined();
  });

  it('stores the output of another Keyv’s serializer', async () => {
    const { store } = createKeyv();
    const reversed = (text: string) => text.split('').toReversed().join('');
    const keyv = new Keyv({
      store,
      namespace: 'reversed',
      serialize: (data) => reversed(JSON.stringify(data)),
      deserialize: (text) => JSON.parse(reversed(text)),
    });
    await keyv.set('key', { n: 1 }, TTL_MS);
    expect(await keyv.get('key')).toEqual({ n: 1 });
    const withBuffers = new Keyv({ store, namespace: 'buffers' });
    await withBuffers.set('key', Buffer.from('bytes'), TTL_MS);
    expect(await withBuffers.get('key')).toEqual(Buffer.from('bytes'));
  });

  it('emits an error and rejects nothing when a nonBlocking cache is cleared or given a Date', async () => {
    const keyv = createKeyv();
    const reasons: string[] = [];
    keyv.on('error', (error) => reasons.push(String(error)));
    const cache = createCache({ stores: [keyv], nonBlocking: true });
    // An unhandled rejection fails the run.
    await cache.clear();
    await cache.set('date', new Date(0), TTL_MS);
    await until(() => reasons.length === 2);
    expect(reasons).toEqual([
      expect.stringContaining('CACHE_MANAGER cannot be cleared'),
      expect.stringContaining('is a Date'),
    ]);
  });

  it.each(['with spaces\r\nand lines', 'x'.repeat(300), 'ключ', ''])('accepts the key %j', async (key) => {
    await caches[0]?.set(key, key, TTL_MS);
    expect(await caches[1]?.get(key)).toBe(key);
    await caches[0]?.del(key);
    expect(await caches[1]?.get(key)).toBeUndefined();
  });

  it('mset and mget handle several keys at once', async () => {
    await caches[0]?.mset([
      { key: 'many 1', value: 1, ttl: TTL_MS },
      { key: 'many 2', value: 2, ttl: TTL_MS },
    ]);
    expect(await caches[1]?.mget(['many 1', 'none', 'many 2'])).toEqual([1, undefined, 2]);
  });

  it('keeps a value for its ttl and no longer, at any moment of a second', async () => {
    const early: number[] = [];
    const live = async (key: string) => {
      const endsAt = Date.now() + 1_000;
      await caches[0]?.set(key, 1, 1_000);
      while ((await caches[1]?.get(key)) !== undefined);
      if (Date.now() < endsAt) early.push(endsAt - Date.now());
    };
    // Memcached counts whole seconds of its own clock, so the keys begin at different moments of a second.
    const lives = Array.from({ length: 60 }, (_, i) => delay(i * 17).then(() => live(`whole ${i}`)));
    await Promise.all(lives);
    expect(early).toEqual([]);
  });

  it.skipIf(kind === 'memcached')(
    'is a miss when the key holds another type, and overwrites it',
    async () => {
      const client = commandsOf(nodes.nodes[0].engine as RedisEngine);
      await client.lPush(engineKey(PREFIX, 'a list'), 'foreign');
      expect(await caches[0]?.get('a list')).toBeUndefined();
      expect(await caches[0]?.mget(['a list'])).toEqual([undefined]);
      expect(await caches[0]?.wrap('a list', () => Promise.resolve('ours'), TTL_MS)).toBe('ours');
      expect(await caches[1]?.get('a list')).toBe('ours');
    },
  );

  it.skipIf(kind === 'memcached')('stores no value for more than 30 days', async () => {
    const { engine } = nodes.nodes[0];
    for (const ttlMs of [0, 31 * DAY_MS]) {
      await caches[0]?.set(`long ${ttlMs}`, 1, ttlMs);
      const leftMs = await commandsOf(engine as RedisEngine).pTTL(engineKey(PREFIX, `long ${ttlMs}`));
      expect(leftMs).toBeGreaterThan(29 * DAY_MS);
      expect(leftMs).toBeLessThanOrEqual(30 * DAY_MS);
    }
  });

  it('is a miss when the key holds broken JSON, and overwrites it', async () => {
    const engine = nodes.nodes[0].engine;
    const key = engineKey(PREFIX, 'foreign');
    if (engine instanceof MemcachedEngine) await engine.set(key, '{"val');
    else await commandsOf(engine).set(key, '{"val');
    expect(await caches[0]?.get('foreign')).toBeUndefined();
    expect(await caches[0]?.wrap('foreign', () => Promise.resolve('ours'), TTL_MS)).toBe('ours');
    expect(await caches[1]?.get('foreign')).toBe('ours');
  });

  it('rejects clear(), which would empty the whole engine', async () => {
    await caches[0]?.set('kept', 1, TTL_MS);
    await expect(caches[0]?.clear()).rejects.toThrow('CACHE_MANAGER cannot be cleared');
    expect(await caches[0]?.get('kept')).toBe(1);
  });

  it('loads without a failure while the engine is down', async () => {
    const [cache] = caches;
    await nodes.server.kill();
    expect(await cache?.wrap('down', () => Promise.resolve('loaded'), TTL_MS)).toBe('loaded');
    expect(await cache?.get('down')).toBeUndefined();
    await cache?.set('down', 1, TTL_MS);
    await cache?.del('down');
    await nodes.server.restart();
    await until(async () => {
      await cache?.set('back', 1, TTL_MS);
      return (await cache?.get('back')) === 1;
    });
  });
});
