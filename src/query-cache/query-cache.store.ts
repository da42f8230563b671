import { Inject, Injectable } from '@nestjs/common';
import { CACHE_MANAGER } from '@nestjs/cache-manager';
import KeyvMemcache from '@keyv/memcache';
import { type Cache, KeyvAdapter } from 'cache-manager';
import { redisInsStore } from 'cache-manager-redis-yet';
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import { EngineError, type Engine, MemcachedEngine, type RedisEngine } from '../engine/index.js';
import { entryKey } from './query-cache.keys.js';
import { QUERY_CACHE_OPTIONS, type QueryCacheOptions } from './query-cache.options.js';

/*
 * Data model: one string per entry (see query-cache.keys.ts) holding Keyv's envelope around ours:
 * { value: { value, storedAt, ttlSeconds }, expires }. JSON, encoded once. The engine drops it at its ttl.
 */

/** What is stored: the value, even null, and when it was loaded (milliseconds since the epoch). */
export interface CacheEntry {
  value: unknown;
  storedAt: number;
  ttlSeconds: number;
}

/** Entries by query and arguments, through `@nestjs/cache-manager`. Every method rejects with an EngineError if the engine fails. */
@Injectable()
export class QueryCacheStore {
  constructor(
    @Inject(CACHE_MANAGER) private readonly cache: Cache,
    @Inject(QUERY_CACHE_OPTIONS) private readonly options: QueryCacheOptions,
  ) {}

  /** undefined is a miss, as is anything that is not an entry of ours. */
  async find(query: string, argumentsHash: string): Promise<CacheEntry | undefined> {
    const found = await this.cache.get(entryKey(this.options.keyPrefix, query, argumentsHash));
    if (found instanceof EngineError) throw found;
    return isCacheEntry(found) ? found : undefined;
  }

  async save(query: string, argumentsHash: string, entry: CacheEntry): Promise<void> {
    await this.cache.set(
      entryKey(this.options.keyPrefix, query, argumentsHash),
      entry,
      entry.ttlSeconds * 1000,
    );
  }
}

function isCacheEntry(found: unknown): found is CacheEntry {
  return (
    typeof found === 'object' &&
    found !== null &&
    'value' in found &&
    'storedAt' in found &&
    typeof found.storedAt === 'number' &&
    'ttlSeconds' in found &&
    typeof found.ttlSeconds === 'number'
  );
}

/** The Keyv that `CacheModule` stands on: our engine's own connection, one encoding, errors not swallowed. */
export function createKeyv(engine: Engine): Keyv {
  const isMemcached = engine instanceof MemcachedEngine;
  const keyv = new Keyv({
    store: failuresAsValues(isMemcached ? memcachedAdapter(engine) : redisAdapter(engine)),
    useKeyPrefix: false,
    throwOnErrors: true,
    // cache-manager-redis-yet writes JSON itself; serialising here as well would encode everything twice.
    ...(!isMemcached && { serialize: undefined, deserialize: undefined }),
  });
  // Every failure also reaches the caller; without a listener the event would end the process.
  keyv.on('error', () => undefined);
  return keyv;
}

function redisAdapter(engine: RedisEngine): KeyvStoreAdapter {
  // The store is typed for its own, older node-redis; the commands it sends are the same in ours.
  return new KeyvAdapter(redisInsStore(engine.client as never));
}

function memcachedAdapter(engine: MemcachedEngine): KeyvStoreAdapter {
  const adapter = new KeyvMemcache();
  adapter.client = engine.client;
  return Object.assign(Object.create(adapter) as KeyvStoreAdapter, {
    get: async (key: string) => {
      const found = (await engine.settle('get', () => adapter.get(key))) as { value?: unknown } | undefined;
      // A miss comes as an envelope that expired in 1970, which makes Keyv send a delete after every miss.
      return found?.value === undefined ? undefined : found;
    },
    set: (key: string, value: string, ttlMs?: number) =>
      engine.settle('set', () => adapter.set(key, value, ttlMs)),
    delete: (key: string) => engine.settle('delete', () => adapter.delete(key)),
  });
}

/** cache-manager answers a failed read like a miss. A value it passes on, so a failure travels as one. */
function failuresAsValues(adapter: KeyvStoreAdapter): KeyvStoreAdapter {
  return Object.assign(Object.create(adapter) as KeyvStoreAdapter, {
    get: async (key: string) => {
      try {
        return await adapter.get(key);
      } catch (error) {
        if (error instanceof SyntaxError) return undefined;
        return { value: error };
      }
    },
  });
}
