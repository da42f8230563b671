import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Module } from '@nestjs/common';
import { createPlainCache } from './plain-cache.factory.js';
import { QUERY_CACHE_OPTIONS } from './query-cache.options.js';

/**
 * `CACHE_MANAGER` on the query cache's engine, for values that need a ttl and no invalidation: any key, at most 30 days.
 * While the engine is down every read is a miss and no write rejects. `clear()` and values that JSON would change do reject.
 */
@Module({
  providers: [{ provide: CACHE_MANAGER, inject: [QUERY_CACHE_OPTIONS], useFactory: createPlainCache }],
  exports: [CACHE_MANAGER],
})
export class PlainCacheModule {}
