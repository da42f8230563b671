import type { LookupOutcome, QueryCounts } from './query-cache.wire.js';

/** What happened to one query on this node since it started. */
export class QueryCounters {
  private readonly outcomes: Record<LookupOutcome, number> = {
    hit: 0,
    miss: 0,
    coalesced: 0,
    bypass: 0,
    reload: 0,
    degraded: 0,
    error: 0,
  };
  private loads = 0;
  private finishedLoads = 0;
  private databaseMs = 0;

  count(outcome: LookupOutcome): void {
    this.outcomes[outcome]++;
  }

  beginLoad(): void {
    this.loads++;
  }

  endLoad(databaseMs: number): void {
    this.finishedLoads++;
    this.databaseMs += databaseMs;
  }

  read(): QueryCounts {
    const { hit, miss, coalesced, bypass, error, degraded } = this.outcomes;
    const meanLoadMs = this.finishedLoads === 0 ? 0 : this.databaseMs / this.finishedLoads;
    return {
      hits: { local: 0, engine: hit },
      misses: miss,
      coalesced,
      stale: 0,
      negative: 0,
      bypassed: bypass,
      errors: error,
      degraded,
      loads: this.loads,
      databaseMsSaved: Math.round(hit * meanLoadMs),
    };
  }
}
