import { build } from 'hdr-histogram-js';

/** Figures of one side. Times are in milliseconds. */
export interface Figures {
  requests: number;
  requestsPerSecond: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  databaseQueries: number;
  /** Responses other than 2xx, broken connections, timeouts. */
  failures: number;
}

/**
 * All rounds of one side.
 * Latencies are recorded in microseconds. autocannon's own histogram has whole milliseconds, too coarse for a cache.
 */
export class Series {
  private readonly latencies = build({
    highestTrackableValue: 120_000_000,
    numberOfSignificantValueDigits: 3,
  });
  private requests = 0;
  private seconds = 0;
  databaseQueries = 0;
  failures = 0;

  recordAnswer(latencyMs: number): void {
    this.latencies.recordValue(Math.max(1, Math.round(latencyMs * 1000)));
  }

  recordRound(requests: number, seconds: number): void {
    this.requests += requests;
    this.seconds += seconds;
  }

  get requestsPerSecond(): number {
    return this.seconds === 0 ? 0 : this.requests / this.seconds;
  }

  get figures(): Figures {
    const percentile = (p: number) => this.latencies.getValueAtPercentile(p) / 1000;
    return {
      requests: this.requests,
      requestsPerSecond: this.requestsPerSecond,
      p50Ms: percentile(50),
      p95Ms: percentile(95),
      p99Ms: percentile(99),
      databaseQueries: this.databaseQueries,
      failures: this.failures,
    };
  }
}
