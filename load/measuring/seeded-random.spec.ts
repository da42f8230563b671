import { describe, expect, it } from 'vitest';
import { seededRandom } from './seeded-random.js';

function numbers(seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: 1000 }, random);
}

describe('seededRandom', () => {
  it('returns the same numbers for the same seed, and others for another seed', () => {
    expect(numbers(2001)).toEqual(numbers(2001));
    expect(numbers(2001)).not.toEqual(numbers(2002));
  });

  it('is distributed evenly over [0, 1)', () => {
    for (let tenth = 0; tenth < 10; tenth++) {
      const hits = numbers(1).filter((number) => Math.floor(number * 10) === tenth);
      expect(hits.length).toBeGreaterThan(60);
    }
  });
});
