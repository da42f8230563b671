export { describeLookup } from './cached-answer.sender.js';
export { CachedQuery } from './cached-query.js';
export type { CacheDirective } from './cached-query.js';
export { CachedAnswer } from './lookup.js';
export type { Lookup } from './lookup.js';
export { PlainCacheModule } from './plain-cache.module.js';
export { lookupChannel } from './query-cache.channel.js';
export { QueryCacheError } from './query-cache.errors.js';
export type { QueryCacheErrorCode } from './query-cache.errors.js';
export { QueryCacheModule } from './query-cache.module.js';
export type { QueryCacheOptions } from './query-cache.options.js';
export { QueryCacheService } from './query-cache.service.js';
export type {
  LocalTierStats,
  LookupOutcome,
  LookupTier,
  LookupTrace,
  QueryCacheStats,
  QueryCounts,
} from './query-cache.wire.js';
export type { QueryDefinition } from './query-definition.js';
