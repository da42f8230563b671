import { expect, it } from 'vitest';
import { ageOf, clock, scoreSentAt } from './audience.js';

it('returns the age of a score in the top, and null for a score below the top', () => {
  const age = ageOf(scoreSentAt(clock() - 1_000));
  expect(age).toBeGreaterThanOrEqual(1_000);
  expect(age).toBeLessThan(60_000);
  expect(ageOf(999_999)).toBeNull();
});
