import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { Engine } from '../engine/index.js';

/** Many times what the engine takes, also across zones and in a busy minute. */
export const SOFT_TIMEOUT_MS = 75;

export interface QueryCacheOptions {
  /** Redis, Valkey or Memcached, for example `engines.for('cache')`. */
  engine: Engine;
  /** Before every key, so that applications can share an engine: their name and environment, for example `caching:live`. */
  keyPrefix: string;
  /** Most loads at a time on this node, for example 6: fewer than the database has connections, so that it is never taken over. One query uses at most half of them. */
  concurrentLoads: number;
  /** How long a lookup waits for the engine before the database answers it, in milliseconds; 75 unless told. */
  engineSoftTimeoutMs?: number;
  /** The trace that the caller is in, for what is published of a lookup; null unless told. */
  traceId?(): string | null;
  /** Larger answers, as JSON, are served and not stored, for example 200_000; 1,000,000 unless told. */
  largestValueBytes?: number;
  /** What answers in this process may take, for example 16_777_216; 67,108,864 (64 MiB) unless told, 0 for none. */
  localTierBytes?: number;
}

export const { ConfigurableModuleClass: QueryCacheModuleBase, MODULE_OPTIONS_TOKEN: QUERY_CACHE_OPTIONS } =
  new ConfigurableModuleBuilder<QueryCacheOptions>()
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();
