import type { Codec } from './codec.js';

/** What to cache, for how long, and what invalidates it. */
export interface QueryDefinition<Args, Value> {
  /** Names the query in keys, counts and traces, for example `flights.top-routes`: at most 64 letters, digits, dots and dashes. */
  name: string;
  /**
   * How long an answer is fresh, in whole seconds from 1. Each answer gets up to a tenth less, at random, so that answers that were loaded
   * together do not expire together.
   */
  ttlSeconds: number;
  /**
   * How long after that an answer may be served stale while a new one is loaded, or cannot be loaded (RFC 5861), in whole seconds; 0 by
   * default. At most 30 days together with `ttlSeconds`.
   */
  staleSeconds?: number;
  /**
   * `ttlSeconds` of the answer null, which means that nothing was found; the same by default. Null is served stale for at most as long again,
   * and all keys of such an answer expire within twice its life: random arguments must not fill the engine.
   */
  negativeTtlSeconds?: number;
  /**
   * How long a caller that finds an answer stale waits for the new one before it gets the stale one, in seconds, whichever node loads it.
   * 0 by default: callers get the stale answer at once, and the next call gets the new one.
   */
  softTimeoutSeconds?: number;
  /**
   * How long a lookup waits for a load, including its wait for a free slot and for another node, in seconds; 30 by default. A load that takes
   * twice as long loses its slot.
   */
  loadTimeoutSeconds?: number;
  /**
   * Most loads of this query at a time on this node, not counted among those of the other queries. For loads that do not query the database.
   */
  concurrentLoads?: number;
  /** What `load` requests, for traces: a summary such as `SELECT flights`, never values. */
  sqlLabel?: string;
  /** Increase it when the shape of the answer changes: answers of another version are not found. 1 by default. */
  schemaVersion?: number;
  /**
   * How long this answer is fresh, in seconds, at most `ttlSeconds`, for example as an upstream service says; 0: it is not stored. Not called
   * for null. Write it after `load`, from which the compiler infers the value.
   */
  ttlOf?(value: NonNullable<Value>, args: Args): number;
  /** What the answer depends on, for example `['airport:JFK']`; at most 32 tags. See `QueryCacheService.invalidateTag`. */
  tags?(args: Args): readonly string[];
  /**
   * Further tags, which only the value shows: `({ id }) => [`user:${id}`]` of a user that was looked up by name. Not called for null. Validity
   * tokens are read before the load, so the first load of an answer, and one that finds other tags than the last, is served and not stored.
   */
  valueTags?(value: NonNullable<Value>, args: Args): readonly string[];
  /**
   * Whether this process is notified of changes by other clients of the database, for example over a LISTEN connection; always true by
   * default. While it returns false a stored answer is served for a second. Then it is loaded anew, once for concurrent callers, and served
   * only if the load fails or takes longer than a second. Invalidate what may have changed before you return true again.
   */
  followsChanges?(): boolean;
  /** Converts values that JSON does not have. Increase `schemaVersion` when it changes. */
  codec?: Codec<Value>;
  /** The owner of the answer, for example `({ tenantId }) => tenantId`: no other scope ever gets it. Must not be empty. */
  scope?(args: Args): string;
  /**
   * Queries the database. The result must survive JSON; null is an answer like any other. The signal aborts at the time limit, when no caller
   * waits any more: cancel the statement then. A load that continues keeps its slot for as long again.
   */
  load(args: Args, signal: AbortSignal): Promise<Value>;
  /**
   * Like `load`, for the missing answers of `CachedQuery.getMany()`: resolves with as many values, in the order of the arguments, null where
   * nothing was found. Without it each of them is loaded by `load`.
   */
  loadMany?(args: readonly Args[], signal: AbortSignal): Promise<readonly Value[]>;
}

/** 30 days, in seconds: Memcached reads a longer lifetime as a date. */
export const LONGEST_LIFE_SECONDS = 30 * 24 * 60 * 60;
