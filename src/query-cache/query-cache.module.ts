import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CachedAnswerSender } from './http/cached-answer.sender.js';
import { QueryCacheErrorFilter } from './http/query-cache-error.filter.js';
import { QUERY_CACHE_OPTIONS, QueryCacheModuleBase } from './query-cache.options.js';
import { QueryCacheService } from './query-cache.service.js';
import { QueryCacheStore } from './tiers/query-cache.store.js';

/** Answers expensive queries from memory. Global: inject {@link QueryCacheService} wherever a query is defined. */
@Module({
  providers: [
    { provide: APP_FILTER, useClass: QueryCacheErrorFilter },
    QueryCacheStore,
    QueryCacheService,
    CachedAnswerSender,
  ],
  exports: [QueryCacheService, QUERY_CACHE_OPTIONS],
})
export class QueryCacheModule extends QueryCacheModuleBase {}
