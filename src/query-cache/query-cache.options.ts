import { z } from 'zod';
import { configurableModule, keyPrefixOption, wholeOption } from '../common/index.js';
import { type Engine, engineOption, Engines } from '../engine/index.js';

/** Many times what an engine needs, also across zones and in a busy minute. */
export const ENGINE_SOFT_TIMEOUT_MS = 75;

/** What `QueryCacheModule.forRootAsync` takes. */
export interface QueryCacheOptions {
  /** Redis, Valkey or Memcached, for example `engines.for('cache')`. */
  engine: Engine;
  /** Comes before every key, so that applications can share an engine: their name and environment, for example `caching:live`. */
  keyPrefix: string;
  /**
   * Most loads at a time on this node, for example 6: fewer than the database has connections, so that others still get one. One query uses at
   * most half of them.
   */
  concurrentLoads: number;
  /** How long a lookup waits for the engine before the database answers it, in milliseconds; 75 by default. */
  engineSoftTimeoutMs?: number;
  /** Returns the trace that the caller is in, for published lookups; null by default. */
  traceId?(): string | null;
  /**
   * Returns true while the node is stopping; false by default. Then `@FastLane()` routes are answered the normal way, with the
   * `Connection: close` that the application adds.
   */
  isStopping?(): boolean;
  /** Larger answers, in bytes of JSON, are served and not stored, for example 200_000; 1,000,000 by default. */
  largestValueBytes?: number;
  /** Most memory of the answers in this process, for example 16_777_216; 67,108,864 (64 MiB) by default, 0 for no local tier. */
  localTierBytes?: number;
}

const optionsSchema = z.object({
  engine: engineOption,
  keyPrefix: keyPrefixOption,
  concurrentLoads: wholeOption(1, 10_000),
  engineSoftTimeoutMs: z.number().positive('must be more than 0.').optional(),
  largestValueBytes: wholeOption(1, Number.MAX_SAFE_INTEGER).optional(),
  localTierBytes: wholeOption(0, Number.MAX_SAFE_INTEGER).optional(),
});

export const { ConfigurableModuleClass: QueryCacheModuleBase, MODULE_OPTIONS_TOKEN: QUERY_CACHE_OPTIONS } =
  configurableModule<QueryCacheOptions>({
    name: 'QueryCacheModule',
    schema: optionsSchema,
    needs: { EngineModule: Engines },
  });
