import { describe, expect, it } from 'vitest';
import { keepRegions } from './regions.js';

const text = `a
// #region sessions leaderboard
b
// #endregion
  # #region query-cache
  c
  # #endregion
<!-- #region plain-cache -->
d
<!-- #endregion -->
e
`;

describe('keepRegions', () => {
  it('keeps what is in no region and the regions of the chosen modules, without the markers', () => {
    expect(keepRegions(text, ['leaderboard', 'query-cache'])).toBe('a\nb\n  c\ne\n');
    expect(keepRegions(text, ['sessions'])).toBe('a\nb\ne\n');
    expect(keepRegions(text, ['plain-cache'])).toBe('a\nd\ne\n');
  });

  it('is null for a file whose regions are all of other modules', () => {
    expect(keepRegions('// #region sessions\na\n// #endregion\n', ['leaderboard'])).toBeNull();
  });
});
