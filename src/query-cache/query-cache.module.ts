import { CacheModule } from '@nestjs/cache-manager';
import { Module } from '@nestjs/common';
import { QueryCacheModuleBase, QUERY_CACHE_OPTIONS, type QueryCacheOptions } from './query-cache.options.js';
import { QueryCacheService } from './query-cache.service.js';
import { createKeyv, QueryCacheStore } from './query-cache.store.js';

/** Use case 2: expensive queries answered from memory. Global: define queries wherever they belong. */
@Module({
  imports: [
    CacheModule.registerAsync({
      inject: [QUERY_CACHE_OPTIONS],
      useFactory: ({ engine }: QueryCacheOptions) => ({ stores: [createKeyv(engine)] }),
    }),
  ],
  providers: [QueryCacheStore, QueryCacheService],
  exports: [QueryCacheService, QUERY_CACHE_OPTIONS],
})
export class QueryCacheModule extends QueryCacheModuleBase {}
