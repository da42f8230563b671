import type { LookupOutcome, LookupTier, QueryCounts } from '../query-cache.wire.js';

/** What happened to one query on this node since it started. */
export class QueryCounters {
  private readonly outcomes: Record<LookupOutcome, number> = {
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
  private localHits = 0;
  private loads = 0;
  private finishedLoads = 0;
  private databaseMs = 0;
  private oversized = 0;
  private failedRefreshes = 0;
  private stuckLoads = 0;

  count(outcome: LookupOutcome, tier: LookupTier): void {
    this.outcomes[outcome]++;
    if (outcome === 'hit' && tier === 'local') this.localHits++;
  }

  countOversized(): void {
    this.oversized++;
  }

  failRefresh(): void {
    this.failedRefreshes++;
  }

  countStuck(): void {
    this.stuckLoads++;
  }

  beginLoad(): void {
    this.loads++;
  }

  endLoad(databaseMs: number): void {
    this.finishedLoads++;
    this.databaseMs += databaseMs;
  }

  read(): QueryCounts {
    const { hit, stale, negative, miss, coalesced, bypass, error, degraded } = this.outcomes;
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
