/**
 * How a lookup was answered.
 *
 * - `hit`: from memory; `tier` says which. - `stale`: from memory, expired, while a new answer is loaded.
 * - `negative`: from memory, the answer null: nothing was found. - `miss`: from the database, then stored.
 * - `coalesced`: waited for another load: of this node (`tier` is `database`) or of another one (`engine`).
 * - `bypass`: `no-store`, the cache left alone. - `reload`: `no-cache`, loaded and stored.
 * - `degraded`: the engine failed, so the database answered. - `error`: the load failed, or the arguments were rejected.
 */
export type LookupOutcome =
  'hit' | 'stale' | 'negative' | 'miss' | 'coalesced' | 'bypass' | 'reload' | 'degraded' | 'error';

/** Where a value came from: this process, the engine, or the database. */
export type LookupTier = 'local' | 'engine' | 'database';

/** One lookup, in the live feed and in `GET /api/query-cache/traces`. Times in milliseconds. */
export interface LookupTrace {
  at: string;
  query: string;
  /** A digest: arguments never leave the process through a trace. Null where they were rejected. */
  keyHash: string | null;
  outcome: LookupOutcome;
  tier: LookupTier;
  /** The phases follow each other; null means that there was none. Reading the memory of this process, */
  localMs: number | null;
  /** otherwise reading the engine, */
  engineMs: number | null;
  /** then waiting for a slot, a lease, or the load of another lookup, */
  waitMs: number;
  /** then querying the database, */
  databaseMs: number | null;
  /** then storing the answer. */
  storeMs: number | null;
  totalMs: number;
  /** What the load requests from the database. */
  sqlLabel: string | null;
  /** Of the request that the lookup was part of; null where requests are not traced. */
  traceId: string | null;
  /** How much longer the answer is fresh, in seconds, negative when it is stale; null when it is not stored. */
  ttlSeconds: number | null;
}

/** Counts of one query on this node since it started. */
export interface QueryCounts {
  hits: { local: number; engine: number };
  misses: number;
  coalesced: number;
  stale: number;
  negative: number;
  bypassed: number;
  errors: number;
  /** Answered by the database because the engine failed. */
  degraded: number;
  /** Answers that were served but too large to be stored. */
  oversized: number;
  /** Loads that failed while the answer was served stale. */
  failedRefreshes: number;
  /** Loads that had not settled at twice their time limit and lost their slot. */
  stuckLoads: number;
  /** How often the database was queried, for any reason. */
  loads: number;
  /** Database time that the answers from memory saved: their number times the mean load time. */
  databaseMsSaved: number;
}

/** Answers in the memory of this process. */
export interface LocalTierStats {
  /** Of answers and keys, with an estimate of their overhead. */
  bytes: number;
  /** Answers that were evicted to make room for others, since the node started. */
  evictions: number;
}

/** The counts of one node, as `GET /api/query-cache/stats` returns them. */
export interface QueryCacheStats {
  localTier: LocalTierStats;
  /** Of tags or answers, on this node. */
  invalidations: number;
  queries: Record<string, QueryCounts>;
}
