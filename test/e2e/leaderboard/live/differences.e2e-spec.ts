import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LeaderboardEntry } from '../../../../src/leaderboard/index.js';
import { topDifference } from '../../../../src/leaderboard/live/top-difference.js';
import { applyChanges } from '../../../../web/src/leaderboard/board/apply-changes.js';

/** Players with few different scores, so that many are equal. Equal scores keep the order of the list. */
const board = fc.uniqueArray(
  fc.record({
    playerId: fc.stringMatching(/^[a-l]$/),
    name: fc.constantFrom(null, 'Ada', 'Bo'),
    score: fc.integer({ min: 0, max: 4 }),
  }),
  { selector: ({ playerId }) => playerId },
);
const ties = fc.constantFrom('first' as const, 'shared' as const);

describe('applying a difference', () => {
  it('leads from any old top to any new one', () => {
    fc.assert(
      fc.property(board, board, fc.integer({ min: 1, max: 8 }), ties, (old, next, top, ties) => {
        const [before, after] = [old, next].map((players) => topOf(players, top, ties)) as [Top, Top];
        const held = { version: 1, ties, entries: before };
        const message = { board: 'arena', window: 'all', top, version: 3, previousVersion: 1 } as const;
        const changes = { ...message, ...topDifference(before, after) };
        expect(applyChanges(held, changes)).toEqual({
          kind: 'applied',
          top: { ...held, version: 3, entries: after },
        });
      }),
      { numRuns: 2_000 },
    );
  });
});

type Top = LeaderboardEntry[];

function topOf(players: Omit<LeaderboardEntry, 'rank'>[], top: number, ties: 'first' | 'shared'): Top {
  const best = players.toSorted((one, other) => other.score - one.score).slice(0, top);
  return best.map(({ playerId, name, score }, i) => {
    const rank = ties === 'first' ? i : best.findIndex((other) => other.score === score);
    return { rank: rank + 1, playerId, name, score };
  });
}
