import { type Cache, createCache } from 'cache-manager';
import type { CacheManagerOptions } from './cache-manager.options.js';
import { createEngineKeyv, refuseToClear, requireJson } from './cache-manager.store.js';

/**
 * The cache behind `CACHE_MANAGER`. A Keyv reports a failed write as an `error` event, so that a cache with `nonBlocking`
 * cannot end the process. Here the mistakes of a caller reject.
 */
export function createEngineCache(options: CacheManagerOptions): Cache {
  const cache = createCache({ stores: [createEngineKeyv(options)] });
  const wrap = cache.wrap.bind(cache) as (key: string, load: () => unknown, ...rest: unknown[]) => unknown;
  return {
    ...cache,
    set: async (key, value, ttlMs) => cache.set(key, copyOf(value), ttlMs),
    mset: async (entries) => cache.mset(entries.map((entry) => ({ ...entry, value: copyOf(entry.value) }))),
    wrap: ((key: string, load: () => unknown, ...rest: unknown[]) =>
      wrap(key, async () => requireJson(await load()), ...rest)) as Cache['wrap'],
    clear: refuseToClear,
  };
}

/** Keyv reads the value a moment later, when the caller may have changed it. */
function copyOf<T>(value: T): T {
  requireJson(value);
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}
