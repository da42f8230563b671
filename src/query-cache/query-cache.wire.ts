/**
 * How a lookup was answered.
 *
 * - `hit`: from memory; `tier` says which. - `stale`: from memory, past its time, while a new answer is loaded.
 * - `negative`: from memory, that there is nothing. - `miss`: the database, then stored.
 * - `coalesced`: waited for another load: of this node (`tier` is `database`) or of another one (`engine`).
 * - `bypass`: `no-store`, the cache left alone. - `reload`: `no-cache`, loaded and stored.
 * - `degraded`: the engine failed, so the database answered. - `error`: the load failed, or the arguments were refused.
 */
export type LookupOutcome =
  'hit' | 'stale' | 'negative' | 'miss' | 'coalesced' | 'bypass' | 'reload' | 'degraded' | 'error';

/** Where a value came from: this process, the engine, or the database. */
export type LookupTier = 'local' | 'engine' | 'database';

/** One lookup, as the live feed and `GET /api/query-cache/traces` tell it. Times in milliseconds. */
export interface LookupTrace {
  at: string;
  query: string;
  /** A digest: arguments never leave the process through a trace. Null where they were refused. */
  keyHash: string | null;
  outcome: LookupOutcome;
  tier: LookupTier;
  /** Its phases, one after the other; null means there was none. The answer in this process, */
  localMs: number | null;
  /** or else first asking the engine, */
  engineMs: number | null;
  /** then waiting for a turn, a lease, or somebody else's load, */
  waitMs: number;
  /** then the database, */
  databaseMs: number | null;
  /** then storing the answer. */
  storeMs: number | null;
  totalMs: number;
  /** What the load asks of the database. */
  sqlLabel: string | null;
  /** Of the request it was part of, where requests are traced. */
  traceId: string | null;
  /** Seconds the answer is still fresh, negative when it is stale; null when nothing is stored. */
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
  /** Loads that had not settled at twice their time limit and lost their place. */
  stuckLoads: number;
  /** Times the database was asked, for whatever reason. */
  loads: number;
  /** What the answers from memory would have cost: their number times the mean load time. */
  databaseMsSaved: number;
}

/** What is in the memory of this process. */
export interface LocalTierStats {
  /** With keys and an estimate of what goes with them. */
  bytes: number;
  /** Answers that had to go so that others fit, since the node started. */
  evictions: number;
}

/** `GET /api/query-cache/stats`. */
export interface QueryCacheStats {
  localTier: LocalTierStats;
  queries: Record<string, QueryCounts>;
}
