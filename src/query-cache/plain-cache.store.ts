import KeyvMemcache from '@keyv/memcache';
import { redisInsStore } from 'cache-manager-redis-yet';
import { Keyv } from 'keyv';
import { MemcachedEngine, type RedisEngine } from '../engine/index.js';
import { memcachedLifeSeconds } from './tiers/engine-tier.store.js';
import { findNotJson } from './query/json.js';
import { Patience } from './tiers/patience.js';
import { QueryCacheError } from './query-cache.errors.js';
import { plainKey } from './query/query-cache.keys.js';
import { PATIENCE_MS, type QueryCacheOptions } from './query-cache.options.js';
import { LONGEST_LIFE_SECONDS } from './query/query-definition.js';

/** An engine as Keyv's store needs it. Keyv reads and writes many keys one by one. */
interface PlainStore {
  get(key: string): Promise<unknown>;
  set(key: string, entry: unknown, ttlMs: number): Promise<unknown>;
  /** Resolves with whether there was something. */
  delete(key: string): Promise<boolean>;
}

/**
 * The Keyv behind `CACHE_MANAGER`: on our engine's own connection, so deadlines and breaker hold. A failed read is a miss; a
 * failed write is an `error` event and `false`, as in every Keyv. Its store also keeps the text that another Keyv's serializer
 * makes. Namespaces are those of Keyv, which puts them before the key.
 */
export function createPlainKeyv({ engine, keyPrefix, patienceMs = PATIENCE_MS }: QueryCacheOptions): Keyv {
  const store = engine instanceof MemcachedEngine ? memcachedStore(engine) : redisStore(engine);
  const patience = new Patience(patienceMs);
  return new Keyv({
    store: {
      get: async (key: string) => live(await patience.wait(store.get(plainKey(keyPrefix, key)))),
      set: async (key: string, entry: unknown, ttlMs?: number) => {
        if (isEntry(entry)) requireJson(entry.value);
        await store.set(plainKey(keyPrefix, key), entry, withinBounds(ttlMs));
      },
      delete: (key: string) => store.delete(plainKey(keyPrefix, key)),
      clear: refuseToClear,
    },
    namespace: undefined,
    // The stores write JSON themselves; serialising here as well would encode everything twice.
    serialize: undefined,
    deserialize: undefined,
  });
}

/** Rejects: clearing is FLUSHDB on Redis and flush_all on Memcached. */
export function refuseToClear(): Promise<never> {
  return Promise.reject(
    new Error(
      'A plain cache is not cleared: it would empty the whole engine. Delete keys, or let them expire.',
    ),
  );
}

/**
 * Returns the value if JSON carries it unchanged; undefined, which no cache keeps, passes.
 *
 * @throws {QueryCacheError} E_QUERY_VALUE
 */
export function requireJson<T>(value: T): T {
  const wrong = value === undefined ? undefined : findNotJson(value, true);
  if (!wrong) return value;
  throw new QueryCacheError(
    'E_QUERY_VALUE',
    `CACHE_MANAGER was given a value of which ${wrong.path || 'the whole'} ${wrong.remedy}`,
  );
}

function redisStore({ client }: RedisEngine): PlainStore {
  // The store is typed for its own, older node-redis; the commands it sends are the same in ours.
  const store = redisInsStore(client as never);
  return {
    get: (key) => store.get(key),
    set: (key, entry, ttlMs) => store.set(key, entry, ttlMs),
    // The store's own `del` does not say whether there was something.
    delete: async (key) => (await client.del(key)) > 0,
  };
}

function memcachedStore(engine: MemcachedEngine): PlainStore {
  // It is called inside memjs' reader, where what is thrown would end the process.
  const store = new KeyvMemcache(undefined, {
    deserialize: (bytes: unknown) => parse(String(bytes)) as never,
  });
  store.client = engine.client;
  store.on('error', () => undefined);
  return {
    get: (key) => engine.settle('get', () => store.get(key)),
    set: (key, entry, ttlMs) =>
      engine.settle('set', () =>
        store.set(key, JSON.stringify(entry), memcachedLifeSeconds(ttlMs / 1_000) * 1_000),
      ),
    delete: (key) => engine.settle('delete', () => store.delete(key)),
  };
}

/** Here, since Keyv deletes what has expired: the node whose clock is fastest would delete everyone's. */
function live(found: unknown): unknown {
  // What another Keyv has serialised is for that Keyv to read.
  if (typeof found === 'string') return found;
  if (!isEntry(found)) return undefined;
  const hasExpired = typeof found.expires === 'number' && Date.now() > found.expires;
  return found.value === undefined || hasExpired ? undefined : found;
}

function isEntry(found: unknown): found is { value: unknown; expires?: unknown } {
  return typeof found === 'object' && found !== null && 'value' in found;
}

/** Nothing is kept for ever: nobody would ever take it away again. */
function withinBounds(ttlMs = Number.POSITIVE_INFINITY): number {
  return Math.ceil(Math.min(ttlMs, LONGEST_LIFE_SECONDS * 1000));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
