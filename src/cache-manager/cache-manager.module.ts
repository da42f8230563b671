import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Inject, Module } from '@nestjs/common';
import { RedisEngine } from '../engine/index.js';
import { cacheManagerCommands } from './cache-manager.commands.js';
import { createEngineCache } from './cache-manager.factory.js';
import {
  CACHE_MANAGER_OPTIONS,
  CacheManagerModuleBase,
  type CacheManagerOptions,
} from './cache-manager.options.js';

/**
 * Provides `CACHE_MANAGER` on our engine, in the place of Nest's `CacheModule`. For values that need a ttl (at most 30 days) and no
 * invalidation. While the engine is down every read is a miss and no write rejects. `clear()` rejects, and so does storing a value that JSON
 * would change.
 */
@Module({
  providers: [{ provide: CACHE_MANAGER, inject: [CACHE_MANAGER_OPTIONS], useFactory: createEngineCache }],
  exports: [CACHE_MANAGER],
})
export class CacheManagerModule extends CacheManagerModuleBase {
  constructor(@Inject(CACHE_MANAGER_OPTIONS) { engine, keyPrefix }: CacheManagerOptions) {
    super();
    if (engine instanceof RedisEngine) engine.declareCommands(cacheManagerCommands(keyPrefix));
  }
}
