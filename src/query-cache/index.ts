export { CachedAnswerInterceptor } from './cached-answer.interceptor.js';
export { CachedAnswer, CachedQuery } from './cached-query.js';
export type { CacheDirective, Lookup, QueryDefinition } from './cached-query.js';
export { lookupChannel } from './query-cache.channel.js';
export { QueryCacheModule } from './query-cache.module.js';
export type { QueryCacheOptions } from './query-cache.options.js';
export { QueryCacheService } from './query-cache.service.js';
export type { LookupOutcome, LookupTrace, QueryCacheStats, QueryCounts } from './query-cache.wire.js';
