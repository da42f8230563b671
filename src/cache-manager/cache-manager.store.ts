import { hash } from 'node:crypto';
import { redisInsStore } from 'cache-manager-redis-yet';
import { Keyv } from 'keyv';
import { createLibraryClient, MemcachedEngine, type RedisEngine } from '../engine/index.js';
import {
  findNotJson,
  LONGEST_LIFE_SECONDS,
  memcachedLifeSeconds,
  QueryCacheError,
  SoftTimeout,
} from '../query-cache/index.js';
import type { CacheManagerOptions } from './cache-manager.options.js';

const SOFT_TIMEOUT_MS = 75;

/** An engine as Keyv's store needs it. Keyv reads and writes many keys one by one. */
interface EngineStore {
  get(key: string): Promise<unknown>;
  set(key: string, entry: unknown, ttlMs: number): Promise<unknown>;
  /** Resolves with whether the key existed. */
  delete(key: string): Promise<boolean>;
}

/**
 * The Keyv behind `CACHE_MANAGER`, on the connection of our engine, so that its deadlines and its circuit breaker apply. A failed read is a
 * miss. A failed write is an `error` event and `false`, as in every Keyv. The store also keeps text that the serializer of another Keyv made.
 */
export function createEngineKeyv(options: CacheManagerOptions): Keyv {
  const { engine, keyPrefix, softTimeoutMs = SOFT_TIMEOUT_MS } = options;
  const store = engine instanceof MemcachedEngine ? memcachedStore(engine) : redisStore(engine);
  const softTimeout = new SoftTimeout(softTimeoutMs);
  return new Keyv({
    store: {
      get: async (key: string) => unexpired(await softTimeout.wait(store.get(engineKey(keyPrefix, key)))),
      set: async (key: string, entry: unknown, ttlMs?: number) => {
        if (isEntry(entry)) requireJson(entry.value);
        await store.set(engineKey(keyPrefix, key), entry, withinBounds(ttlMs));
      },
      delete: (key: string) => store.delete(engineKey(keyPrefix, key)),
      clear: refuseToClear,
    },
    namespace: undefined,
    // The stores write JSON themselves; serialising here as well would encode everything twice.
    serialize: undefined,
    deserialize: undefined,
  });
}

/** `<prefix>:plain:<digest of the key>`: any key is safe on every engine. The ttl is at most 30 days. */
export function engineKey(prefix: string, key: string): string {
  return `${prefix}:plain:${hash('sha256', JSON.stringify(key), 'base64url').slice(0, 27)}`;
}

/** Rejects: clearing is FLUSHDB on Redis and flush_all on Memcached. */
export function refuseToClear(): Promise<never> {
  return Promise.reject(
    new Error('CACHE_MANAGER cannot be cleared: that would empty the whole engine. Delete single keys.'),
  );
}

/**
 * Returns the value if JSON carries it unchanged. Undefined, which no cache keeps, passes.
 *
 * @throws {QueryCacheError} E_QUERY_VALUE
 */
export function requireJson<T>(value: T): T {
  const wrong = value === undefined ? undefined : findNotJson(value);
  if (!wrong) return value;
  throw new QueryCacheError(
    'E_QUERY_VALUE',
    `CACHE_MANAGER cannot store this value: ${wrong.path || 'the value'} ${wrong.remedy}`,
  );
}

function redisStore(engine: RedisEngine): EngineStore {
  const client = createLibraryClient(engine);
  // The store is typed for its own, older node-redis; the commands it sends are the same in ours.
  const store = redisInsStore(client as never);
  return {
    get: (key) => store.get(key),
    set: (key, entry, ttlMs) => store.set(key, entry, ttlMs),
    // The store's own `del` does not return whether the key existed.
    delete: async (key) => (await client.del(key)) > 0,
  };
}

function memcachedStore(engine: MemcachedEngine): EngineStore {
  return {
    get: async (key) => {
      const found = await engine.get(key);
      return found ? parse(found.toString()) : undefined;
    },
    set: (key, entry, ttlMs) =>
      engine.set(key, JSON.stringify(entry), { lifeSeconds: memcachedLifeSeconds(ttlMs / 1_000) }),
    delete: (key) => engine.delete(key),
  };
}

/** Checked here because Keyv would delete an expired entry from the engine: the node with the fastest clock would delete everyone's. */
function unexpired(found: unknown): unknown {
  // Text was serialised by another Keyv, which parses it itself.
  if (typeof found === 'string') return found;
  if (!isEntry(found)) return undefined;
  const hasExpired = typeof found.expires === 'number' && Date.now() > found.expires;
  return found.value === undefined || hasExpired ? undefined : found;
}

function isEntry(found: unknown): found is { value: unknown; expires?: unknown } {
  return typeof found === 'object' && found !== null && 'value' in found;
}

/** Nothing is kept without an expiry: it would fill the engine. */
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
