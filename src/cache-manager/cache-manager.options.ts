import { z } from 'zod';
import { configurableModule, keyPrefixOption } from '../common/index.js';
import { type Engine, engineOption, Engines } from '../engine/index.js';

/** What `CacheManagerModule.forRootAsync` takes. */
export interface CacheManagerOptions {
  /** Redis, Valkey or Memcached, for example `engines.for('cache')`. */
  engine: Engine;
  /** Comes before every key, so that applications can share an engine: their name and environment, for example `caching:live`. */
  keyPrefix: string;
  /** How long a read waits for the engine before it counts as a miss, in milliseconds; 75 by default. */
  softTimeoutMs?: number;
}

export const {
  ConfigurableModuleClass: CacheManagerModuleBase,
  MODULE_OPTIONS_TOKEN: CACHE_MANAGER_OPTIONS,
} = configurableModule<CacheManagerOptions>({
  name: 'CacheManagerModule',
  schema: z.object({
    engine: engineOption,
    keyPrefix: keyPrefixOption,
    softTimeoutMs: z.number().positive('must be more than 0.').optional(),
  }),
  needs: { EngineModule: Engines },
});
