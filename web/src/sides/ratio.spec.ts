import { describe, expect, it } from 'vitest';
import { compareWithDatabase } from './ratio.js';

describe('compareWithDatabase', () => {
  it.each([
    [185, 0.08, '2,300 times faster than the database'],
    [185, 0, '190,000 times faster than the database'],
    [42, 4, '11 times faster than the database'],
    [12, 4, '3.0 times faster than the database'],
    [0.4, 0.35, 'about as fast as the database'],
    [0.2, 0.4, 'slower than the database'],
  ])('says for %d ms in the database and %d ms: %s', (databaseMs, ms, words) => {
    expect(compareWithDatabase(databaseMs, ms)).toBe(words);
  });
});
