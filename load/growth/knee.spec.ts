import { describe, expect, it } from 'vitest';
import type { Point } from '../scenario.js';
import { kneeOf } from './knee.js';

const curve = (...rates: number[]): Point[] => rates.map((rate, i) => [4 ** i, rate]);

describe('kneeOf', () => {
  it('of a rising rate is the last point that was worth its doublings', () => {
    expect(kneeOf(curve(1000, 3000, 5000, 5500, 5400), 'rises')).toBe(16);
  });

  it('takes the distance of the points into account', () => {
    // 1.44 times as many for two doublings are just enough, 1.43 are not.
    expect(kneeOf(curve(1000, 1441), 'rises')).toBe(4);
    expect(kneeOf(curve(1000, 1430), 'rises')).toBe(1);
    expect(
      kneeOf(
        [
          [2, 1000],
          [3, 1130],
        ],
        'rises',
      ),
    ).toBe(3);
  });

  it('of a rate that should stay is the last point near the best one', () => {
    expect(kneeOf(curve(900, 1000, 850, 799, 990), 'stays')).toBe(16);
  });

  it('is the last point if the curve has none', () => {
    expect(kneeOf(curve(1000, 2000, 4000), 'rises')).toBe(16);
    expect(kneeOf(curve(1000, 990, 1010), 'stays')).toBe(16);
  });

  it('is unknown without points', () => {
    expect(kneeOf([], 'rises')).toBeNaN();
  });
});
