import { describe, expect, it } from 'vitest';
import { breakEvenDirectMs, breakEvenHitRatio, type QueryTimes } from './break-even.js';

const mean = ({ miss, hit }: QueryTimes, hitRatio: number) => hitRatio * hit + (1 - hitRatio) * miss;

describe('breakEvenHitRatio', () => {
  it.each([
    { direct: 2, miss: 3, hit: 1 },
    { direct: 500, miss: 501, hit: 1 },
    { direct: 1.1, miss: 1.9, hit: 1 },
  ])('is the share of hits at which cached answers take as long as direct ones: %o', (times) => {
    expect(mean(times, breakEvenHitRatio(times) as number)).toBeCloseTo(times.direct);
  });

  it('is "always" if a miss takes no longer than a direct answer', () => {
    expect(breakEvenHitRatio({ direct: 2, miss: 2, hit: 1 })).toBe('always');
    expect(breakEvenHitRatio({ direct: 2, miss: 1.9, hit: 1.95 })).toBe('always');
  });

  it('is "never" if a hit takes no less than a direct answer', () => {
    expect(breakEvenHitRatio({ direct: 1, miss: 2, hit: 1 })).toBe('never');
    expect(breakEvenHitRatio({ direct: 1, miss: 0.9, hit: 1.2 })).toBe('never');
  });
});

describe('breakEvenDirectMs', () => {
  it('is the direct time at which cached answers take as long, if a miss costs the same in addition', () => {
    const times = { direct: 2, miss: 2.9, hit: 1 };
    const direct = breakEvenDirectMs(times, 0.9);
    expect(direct).toBeCloseTo(1.1);
    expect(mean({ ...times, miss: direct + 0.9 }, 0.9)).toBeCloseTo(direct);
  });

  it('is the time of a hit if a miss costs nothing in addition', () => {
    expect(breakEvenDirectMs({ direct: 2, miss: 1.9, hit: 1 }, 0.9)).toBe(1);
  });
});
