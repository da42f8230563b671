import { expect, it } from 'vitest';
import { ageOf, clock, scoreSentAt } from './audience.js';

it('finds in a score how long ago it was sent, and nothing in one below the top', () => {
  const age = ageOf(scoreSentAt(clock() - 1_000));
  expect(age).toBeGreaterThanOrEqual(1_000);
  expect(age).toBeLessThan(60_000);
  expect(ageOf(999_999)).toBeNull();
});
