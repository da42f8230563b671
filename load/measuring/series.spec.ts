import { describe, expect, it } from 'vitest';
import { Series } from './series.js';

describe('Series', () => {
  it('records microseconds: percentiles below one millisecond differ', () => {
    const series = new Series();
    for (let micros = 1; micros <= 1000; micros++) series.recordAnswer(micros / 1000);
    const { p50Ms, p95Ms, p99Ms } = series.figures;
    expect(p50Ms).toBeCloseTo(0.5, 2);
    expect(p95Ms).toBeCloseTo(0.95, 2);
    expect(p99Ms).toBeCloseTo(0.99, 2);
  });

  it('computes the rate from the requests and seconds of all rounds', () => {
    const series = new Series();
    series.recordRound(100, 1);
    series.recordRound(500, 2);
    expect(series.figures).toMatchObject({ requests: 600, requestsPerSecond: 200 });
  });

  it('has a rate of 0 before the first round', () => {
    expect(new Series().figures).toMatchObject({ requests: 0, requestsPerSecond: 0, p99Ms: 0 });
  });
});
