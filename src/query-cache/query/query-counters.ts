import type { LookupOutcome, QueryCounts } from '../query-cache.wire.js';

/** Counts of one query on this node since it started. */
export class QueryCounters {
  loads = 0;
  oversized = 0;
  failedRefreshes = 0;
  stuckLoads = 0;
  localHits = 0;
  private finishedLoads = 0;
  private databaseMs = 0;
  readonly lookups: Record<LookupOutcome, number> = {
    hit: 0,
    stale: 0,
    negative: 0,
    miss: 0,
    coalesced: 0,
    bypass: 0,
    reload: 0,
    degraded: 0,
    error: 0,
  };

  countFinishedLoad(databaseMs: number): void {
    this.finishedLoads++;
    this.databaseMs += databaseMs;
  }

  read(): QueryCounts {
    const { hit, stale, negative, miss, coalesced, bypass, error, degraded } = this.lookups;
    const { localHits, loads, oversized, failedRefreshes, stuckLoads } = this;
    const meanLoadMs = this.finishedLoads === 0 ? 0 : this.databaseMs / this.finishedLoads;
    return {
      hits: { local: localHits, engine: hit - localHits },
      misses: miss,
      coalesced,
      stale,
      negative,
      bypassed: bypass,
      errors: error,
      degraded,
      oversized,
      failedRefreshes,
      stuckLoads,
      loads,
      databaseMsSaved: Math.round((hit + stale + negative) * meanLoadMs),
    };
  }
}
