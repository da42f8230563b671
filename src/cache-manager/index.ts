export { CacheManagerModule } from './cache-manager.module.js';
export type { CacheManagerOptions } from './cache-manager.options.js';
