/**
 * How a lookup was answered.
 *
 * - `hit`: from the engine. - `miss`: the database, then stored. - `coalesced`: waited for another caller's load.
 * - `bypass`: `no-store`, the cache left alone. - `reload`: `no-cache`, loaded and stored.
 * - `degraded`: the engine failed, so the database answered. - `error`: the load failed.
 */
export type LookupOutcome = 'hit' | 'miss' | 'coalesced' | 'bypass' | 'reload' | 'degraded' | 'error';

/** One lookup, as the live feed and `GET /api/query-cache/traces` tell it. Times in milliseconds. */
export interface LookupTrace {
  at: string;
  query: string;
  /** A digest: arguments never leave the process through a trace. */
  keyHash: string;
  outcome: LookupOutcome;
  engineMs: number | null;
  databaseMs: number | null;
  totalMs: number;
  /** Seconds the entry may still be served; null when nothing is stored. */
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
  /** Times the database was asked, for whatever reason. */
  loads: number;
  /** What the hits would have cost: hits times the mean load time. */
  databaseMsSaved: number;
}

/** `GET /api/query-cache/stats`. */
export interface QueryCacheStats {
  queries: Record<string, QueryCounts>;
}
