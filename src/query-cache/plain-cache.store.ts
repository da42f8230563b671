import KeyvMemcache from '@keyv/memcache';
import { redisInsStore } from 'cache-manager-redis-yet';
import { Keyv } from 'keyv';
import { MemcachedEngine, type RedisEngine } from '../engine/index.js';
import { Patience } from './patience.js';
import { plainKey } from './query-cache.keys.js';
import { PATIENCE_MS, type QueryCacheOptions } from './query-cache.options.js';
import { LONGEST_LIFE_SECONDS } from './query-definition.js';

/** What Keyv asks of a store; without more, it makes calls for many keys of these. */
interface PlainStore {
  get(key: string): Promise<unknown>;
  set(key: string, entry: unknown, ttlMs: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/**
 * The Keyv that `CacheModule` stands on: our engine's own connection, so deadlines and breaker hold, and one encoding.
 * A failed read is a miss, a failed write does nothing: whoever asked goes on to where the value comes from.
 */
export function createPlainKeyv({ engine, keyPrefix, patienceMs = PATIENCE_MS }: QueryCacheOptions): Keyv {
  const store = engine instanceof MemcachedEngine ? memcachedStore(engine) : redisStore(engine);
  const patience = new Patience(patienceMs);
  const keyv = new Keyv({
    store: {
      get: async (key: string) => live(await patience.wait(store.get(plainKey(keyPrefix, key)))),
      set: async (key: string, entry: unknown, ttlMs?: number) =>
        void (await store.set(plainKey(keyPrefix, key), entry, withinBounds(ttlMs))),
      delete: async (key: string) => Boolean(await store.delete(plainKey(keyPrefix, key))),
      clear: refuseToClear,
    },
    useKeyPrefix: false,
    // The stores write JSON themselves; serialising here as well would encode everything twice.
    serialize: undefined,
    deserialize: undefined,
  });
  // Without a listener a failed write would end the process; the engine's state tells of it.
  keyv.on('error', () => undefined);
  // Keyv's own would take the refusal for a failure of the engine, and be silent about it.
  keyv.clear = refuseToClear;
  return keyv;
}

function redisStore({ client }: RedisEngine): PlainStore {
  // The store is typed for its own, older node-redis; the commands it sends are the same in ours.
  const store = redisInsStore(client as never);
  return {
    get: (key) => store.get(key),
    set: (key, entry, ttlMs) => store.set(key, entry, ttlMs),
    delete: (key) => store.del(key).then(() => true),
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
    // Whole seconds, rounded up: rounded down, the last one would become "for ever".
    set: (key, entry, ttlMs) =>
      engine.settle('set', () => store.set(key, JSON.stringify(entry), Math.ceil(ttlMs / 1000) * 1000)),
    delete: (key) => engine.settle('delete', () => store.delete(key)),
  };
}

/** Here, since Keyv deletes what has expired: the node whose clock is fastest would delete everyone's. */
function live(found: unknown): unknown {
  if (typeof found !== 'object' || found === null || !('value' in found)) return undefined;
  const hasExpired = 'expires' in found && typeof found.expires === 'number' && Date.now() > found.expires;
  return found.value === undefined || hasExpired ? undefined : found;
}

/** Nothing is kept for ever: nobody would ever take it away again. */
function withinBounds(ttlMs = Number.POSITIVE_INFINITY): number {
  return Math.ceil(Math.min(ttlMs, LONGEST_LIFE_SECONDS * 1000));
}

function refuseToClear(): Promise<never> {
  return Promise.reject(
    new Error(
      'A plain cache is not cleared: it would empty the whole engine. Delete keys, or let them expire.',
    ),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
