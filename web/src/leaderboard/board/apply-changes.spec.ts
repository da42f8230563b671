import { describe, expect, it } from 'vitest';
import type {
  LeaderboardChanges,
  LeaderboardEntry,
} from '../../../../src/leaderboard/live/leaderboard.wire.js';
import { applyChanges, type Top } from './apply-changes.js';

/** Best first. test/e2e/leaderboard/live/differences.e2e-spec.ts tests this with the changes that the server computes. */
function topOf(...scores: [playerId: string, score: number][]): LeaderboardEntry[] {
  return scores.map(([playerId, score], i) => ({ rank: i + 1, playerId, name: null, score }));
}

const message = {
  board: 'arena',
  window: 'all',
  top: 3,
  version: 8,
  previousVersion: 7,
  removed: [],
} as const;
const held: Top = { version: 7, entries: topOf(['ann', 300], ['ben', 200], ['cem', 100]) };

function changes(entries: LeaderboardChanges['entries'], removed: string[] = []): LeaderboardChanges {
  return { ...message, entries, removed };
}

describe('applyChanges', () => {
  it('moves a player up and renumbers those who were overtaken', () => {
    const entries = topOf(['cem', 400], ['ann', 300], ['ben', 200]);
    expect(applyChanges(held, changes(topOf(['cem', 400])))).toEqual({
      kind: 'applied',
      top: { version: 8, entries },
    });
  });

  it('inserts a newcomer and removes the player who left the top', () => {
    const dot: LeaderboardEntry = { rank: 2, playerId: 'dot', name: null, score: 250 };
    const entries = topOf(['ann', 300], ['dot', 250], ['ben', 200]);
    expect(applyChanges(held, changes([dot], ['cem']))).toEqual({
      kind: 'applied',
      top: { version: 8, entries },
    });
  });

  it('accepts the entries in any order', () => {
    const entries = topOf(['cem', 3], ['ben', 2], ['ann', 1]);
    expect(applyChanges(held, changes(entries.toReversed()))).toEqual({
      kind: 'applied',
      top: { version: 8, entries },
    });
  });

  it('requires a resync when a message was missed', () => {
    expect(applyChanges(held, { ...changes([]), previousVersion: 8 })).toEqual({ kind: 'resync' });
  });

  it('requires a resync rather than leave a gap in the ranks', () => {
    const stray: LeaderboardEntry = { rank: 9, playerId: 'eve', name: null, score: 5 };
    expect(applyChanges(held, changes([stray]))).toEqual({ kind: 'resync' });
  });
});
