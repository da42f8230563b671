export { CachedQuery, InvalidatesTags } from './decorators/cached-query.decorator.js';
export type { CachedQueryOptions } from './decorators/cached-query.decorator.js';
export { describeLookup } from './http/answer-headers.js';
export { ControlHeaders, FastLane } from './http/fast-lane.decorator.js';
export { CachedAnswer } from './lookup/cached-answer.js';
export type { Lookup, Question } from './lookup/cached-answer.js';
export type { CacheDirective } from './lookup/cached-query.js';
export { fastLaneChannel, lookupChannel } from './query-cache.channel.js';
export type { FastLaneRequest } from './query-cache.channel.js';
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
export type { Codec, Jsonify, NeedsCodec } from './query/codec.js';
export { findNotJson } from './query/json.js';
export type { NotJson } from './query/json.js';
export { LONGEST_LIFE_SECONDS } from './query/query-definition.js';
export type { QueryDefinition } from './query/query-definition.js';
export { SoftTimeout } from './tiers/engine-reads.js';
export { memcachedLifeSeconds } from './tiers/memcached-tier.store.js';
