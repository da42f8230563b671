import { CacheModule } from '@nestjs/cache-manager';
import { Module } from '@nestjs/common';
import { createPlainKeyv } from './plain-cache.store.js';
import { QUERY_CACHE_OPTIONS, type QueryCacheOptions } from './query-cache.options.js';

/**
 * `CACHE_MANAGER` on the query cache's engine, for what has a ttl and needs no invalidation: values under any key, at most
 * 30 days. While the engine is away everything is a miss, and nothing rejects but `clear()`.
 */
@Module({
  imports: [
    CacheModule.registerAsync({
      inject: [QUERY_CACHE_OPTIONS],
      useFactory: (options: QueryCacheOptions) => ({ stores: [createPlainKeyv(options)] }),
    }),
  ],
  exports: [CacheModule],
})
export class PlainCacheModule {}
