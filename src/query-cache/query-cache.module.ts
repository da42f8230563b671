import { Module } from '@nestjs/common';
import { CachedAnswerSender } from './http/cached-answer.sender.js';
import { QueryCacheModuleBase, QUERY_CACHE_OPTIONS } from './query-cache.options.js';
import { QueryCacheService } from './query-cache.service.js';
import { QueryCacheStore } from './tiers/query-cache.store.js';

/** Use case 2: expensive queries answered from memory. Global: define queries wherever they belong. */
@Module({
  providers: [QueryCacheStore, QueryCacheService, CachedAnswerSender],
  exports: [QueryCacheService, QUERY_CACHE_OPTIONS],
})
export class QueryCacheModule extends QueryCacheModuleBase {}
