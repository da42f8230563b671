import { describe, expect, it } from 'vitest';
import type { LeaderboardEntry } from './leaderboard.wire.js';
import { topDifference } from './top-difference.js';

const topOf = (...scores: [playerId: string, score: number][]): LeaderboardEntry[] =>
  scores.map(([playerId, score], i) => ({ rank: i + 1, playerId, name: null, score }));

describe('topDifference', () => {
  it('leaves out players who only moved because others did', () => {
    const difference = topDifference(
      topOf(['a', 9], ['b', 8], ['c', 7]),
      topOf(['c', 10], ['a', 9], ['b', 8]),
    );
    expect(difference).toEqual({ entries: topOf(['c', 10]), removed: [] });
  });

  it('contains a player who is now behind an equal score, although the own score is unchanged', () => {
    const difference = topDifference(topOf(['a', 10], ['b', 10]), topOf(['b', 10], ['a', 10]));
    expect(difference).toEqual({ entries: [{ rank: 2, playerId: 'a', name: null, score: 10 }], removed: [] });
  });

  it('contains the position where it differs from a shared rank, and the players who left', () => {
    const shared = topOf(['b', 8], ['c', 8]).map((entry) => ({ ...entry, rank: 1 }));
    const { entries, removed } = topDifference(topOf(['a', 9], ['b', 8]), shared);
    expect(entries).toEqual([{ rank: 1, playerId: 'c', name: null, score: 8, position: 2 }]);
    expect(removed).toEqual(['a']);
  });
});
