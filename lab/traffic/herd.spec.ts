import { describe, expect, it } from 'vitest';
import { rangeCallsIn } from './come-back.js';
import { wasAfterAny } from './hot-answer.js';

describe('wasAfterAny', () => {
  it('is true for the first 600 ms after one of the times', () => {
    const times = [1_000, 5_000];
    expect([999, 1_000, 1_599, 1_600, 5_300].map((at) => wasAfterAny(at, times))).toEqual([
      false,
      true,
      true,
      false,
      true,
    ]);
  });
});

describe('rangeCallsIn', () => {
  it('adds up the commands that read a sorted set by rank', () => {
    const stats = [
      '# Commandstats',
      'cmdstat_zrange:calls=3,usec=9,usec_per_call=3.00',
      'cmdstat_zrangestore:calls=100,usec=9,usec_per_call=3.00',
      'cmdstat_zrevrange:calls=4,usec=9,usec_per_call=3.00',
      'cmdstat_zrank:calls=200,usec=9,usec_per_call=3.00',
    ];
    expect(rangeCallsIn(stats.join('\r\n'))).toBe(7);
  });

  it('is 0 where none was called', () => {
    expect(rangeCallsIn('# Commandstats')).toBe(0);
  });
});
