import { describe, expect, it } from 'vitest';
import { SLOTS, splitEvenly } from './cluster-settings.js';

describe('splitEvenly', () => {
  it('covers all slots with ranges that differ by one at most', () => {
    expect(splitEvenly(SLOTS, 3)).toEqual([
      [0, 5461],
      [5461, 10_922],
      [10_922, 16_384],
    ]);
  });

  it('gives empty ranges when there are more parts than items', () => {
    expect(splitEvenly(1, 2)).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });
});
