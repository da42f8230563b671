import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addRoundTrip, compare, KEPT, median, noRoundTrips } from './round-trips.js';

describe('median', () => {
  it.each([
    [[5], 5],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
    [[10, 9], 9.5],
  ])('of %j is %d', (values, middle) => {
    expect(median(values)).toBe(middle);
  });

  it('is null for no values', () => {
    expect(median([])).toBeNull();
  });

  it('has as many values below as above it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const middle = median(values) ?? Number.NaN;
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });

  it('does not change the list', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('addRoundTrip', () => {
  it('drops the oldest time of the same way and keeps the other way', () => {
    let trips = addRoundTrip(noRoundTrips, 'uncached', 300);
    for (let ms = 1; ms <= KEPT + 1; ms += 1) trips = addRoundTrip(trips, 'cached', ms);
    expect(trips.cached).toHaveLength(KEPT);
    expect(trips.cached[0]).toBe(2);
    expect(trips.uncached).toEqual([300]);
  });
});

describe('compare', () => {
  it('compares the medians', () => {
    const medians = { cachedMs: 2, uncachedMs: 400 };
    expect(compare({ cached: [2, 400, 2], uncached: [300, 400, 500] })).toEqual(medians);
  });

  it('is null for a way without times', () => {
    expect(compare({ cached: [2], uncached: [] })).toEqual({ cachedMs: 2, uncachedMs: null });
  });
});
