import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { Engine } from '../engine/index.js';

export interface QueryCacheOptions {
  /** Redis, Valkey or Memcached, for example `engines.for('cache')`. */
  engine: Engine;
  /** Before every key, so that applications can share an engine, for example `caching`. */
  keyPrefix: string;
  /** Most loads at a time on this node, for example 6: fewer than the database has connections, so that it is never taken over. */
  concurrentLoads: number;
}

export const { ConfigurableModuleClass: QueryCacheModuleBase, MODULE_OPTIONS_TOKEN: QUERY_CACHE_OPTIONS } =
  new ConfigurableModuleBuilder<QueryCacheOptions>()
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();
