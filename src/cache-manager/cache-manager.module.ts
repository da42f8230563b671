import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Module } from '@nestjs/common';
import { createEngineCache } from './cache-manager.factory.js';
import { CACHE_MANAGER_OPTIONS, CacheManagerModuleBase } from './cache-manager.options.js';

/**
 * Provides `CACHE_MANAGER` on our engine, in the place of Nest's `CacheModule`. For values that need a ttl (at most 30 days) and no
 * invalidation. While the engine is down every read is a miss and no write rejects. `clear()` rejects, and so does storing a value that JSON
 * would change.
 */
@Module({
  providers: [{ provide: CACHE_MANAGER, inject: [CACHE_MANAGER_OPTIONS], useFactory: createEngineCache }],
  exports: [CACHE_MANAGER],
})
export class CacheManagerModule extends CacheManagerModuleBase {}
