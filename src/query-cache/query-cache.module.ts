import { Inject, Module } from '@nestjs/common';
import { APP_FILTER, DiscoveryModule } from '@nestjs/core';
import { DecoratedMethods } from './decorators/decorated-methods.js';
import { RedisEngine } from '../engine/index.js';
import { CachedAnswerSender } from './http/cached-answer.sender.js';
import { FastLaneListener } from './http/fast-lane.listener.js';
import { QueryCacheErrorFilter } from './http/query-cache-error.filter.js';
import { QUERY_CACHE_OPTIONS, QueryCacheModuleBase, type QueryCacheOptions } from './query-cache.options.js';
import { QueryCacheService } from './query-cache.service.js';
import { queryCacheCommands } from './tiers/query-cache.commands.js';
import { QueryCacheStore } from './tiers/query-cache.store.js';

/** Answers expensive queries from memory. Global: inject {@link QueryCacheService} wherever a query is defined. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    { provide: APP_FILTER, useClass: QueryCacheErrorFilter },
    QueryCacheStore,
    QueryCacheService,
    DecoratedMethods,
    FastLaneListener,
    CachedAnswerSender,
  ],
  exports: [QueryCacheService, QUERY_CACHE_OPTIONS],
})
export class QueryCacheModule extends QueryCacheModuleBase {
  constructor(@Inject(QUERY_CACHE_OPTIONS) { engine, keyPrefix }: QueryCacheOptions) {
    super();
    if (engine instanceof RedisEngine) engine.declareCommands(queryCacheCommands(keyPrefix));
  }
}
