import { describe, expect, it } from 'vitest';
import { Latencies } from './latencies.js';

describe('Latencies', () => {
  it('keep three digits, also of microseconds', () => {
    const latencies = new Latencies();
    for (const ms of [0.123, 45.6, 45.6, 7_890]) latencies.record(ms);
    expect(latencies.percentile(25)).toBeCloseTo(0.123, 3);
    expect(latencies.percentile(50)).toBeCloseTo(45.6, 1);
    expect(latencies.percentile(100)).toBeCloseTo(7_890, -1);
  });

  it('have no percentile for which there are too few values', () => {
    const latencies = new Latencies();
    for (let ms = 1; ms <= 100; ms++) latencies.record(ms);
    expect(latencies.distribution.at(-1)).toEqual([99, expect.closeTo(99, 0)]);
  });
});
