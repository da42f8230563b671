import { describe, expect, it } from 'vitest';
import { ageOf, clock, newScoresIn, scoreSentAt } from './audience.js';

it('returns the age of a score in the top, and null for a score below the top', () => {
  const age = ageOf(scoreSentAt(clock() - 1_000));
  expect(age).toBeGreaterThanOrEqual(1_000);
  expect(age).toBeLessThan(60_000);
  expect(ageOf(999_999)).toBeNull();
});

describe('newScoresIn', () => {
  const entries = [{ score: 9 }, { score: 8 }];

  it('finds every score in the changes of the module, and the highest in the whole top of the textbook', () => {
    expect(newScoresIn(['changes', { entries }])).toEqual([9, 8]);
    expect(newScoresIn(['top', { entries }])).toEqual([9]);
  });

  it('finds none in other messages', () => {
    expect(newScoresIn(['me', { entries: [] }])).toBeNull();
  });
});
