import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LeaderboardChanges, LeaderboardEntry } from '../../../src/leaderboard/leaderboard.wire.js';
import { applyChanges, type Top } from './apply-changes.js';

/** Scores by player; of equal scores the smaller id stands higher, in place of the ledger's order. */
type Scores = Record<string, number>;

function topOf(scores: Scores, limit: number): LeaderboardEntry[] {
  return Object.entries(scores)
    .toSorted(([idA, a], [idB, b]) => b - a || idA.localeCompare(idB))
    .slice(0, limit)
    .map(([playerId, score], index) => ({ rank: index + 1, playerId, name: null, score }));
}

function changesBetween(before: Top, after: Top, limit: number): LeaderboardChanges {
  const old = new Map(before.entries.map((entry) => [entry.playerId, entry.score]));
  const present = new Set(after.entries.map(({ playerId }) => playerId));
  return {
    board: 'arena',
    window: 'all',
    top: limit,
    version: after.version,
    previousVersion: before.version,
    entries: after.entries.filter(({ playerId, score }) => old.get(playerId) !== score),
    removed: before.entries.map(({ playerId }) => playerId).filter((playerId) => !present.has(playerId)),
  };
}

const held: Top = { version: 7, entries: topOf({ ann: 300, ben: 200, cem: 100 }, 3) };

describe('applyChanges', () => {
  it('moves a player up and renumbers those who were overtaken', () => {
    const after: Top = { version: 8, entries: topOf({ ann: 300, ben: 200, cem: 400 }, 3) };
    const applied = applyChanges(held, changesBetween(held, after, 3));
    expect(applied).toEqual({ kind: 'applied', top: after });
  });

  it('lets a newcomer in and drops the one who fell out of the top', () => {
    const after: Top = { version: 9, entries: topOf({ ann: 300, ben: 200, cem: 100, dot: 250 }, 3) };
    const changes = changesBetween(held, after, 3);
    expect(changes.removed).toEqual(['cem']);
    expect(applyChanges(held, changes)).toEqual({ kind: 'applied', top: after });
  });

  it('takes the entries in whatever order they arrive', () => {
    const after: Top = { version: 8, entries: topOf({ ann: 1, ben: 2, cem: 3 }, 3) };
    const changes = changesBetween(held, after, 3);
    const shuffled = { ...changes, entries: changes.entries.toReversed() };
    expect(applyChanges(held, shuffled)).toEqual({ kind: 'applied', top: after });
  });

  it('asks for a resync when a message was missed', () => {
    const after: Top = { version: 9, entries: held.entries };
    const changes = { ...changesBetween(held, after, 3), previousVersion: 8 };
    expect(applyChanges(held, changes)).toEqual({ kind: 'resync' });
  });

  it('asks for a resync rather than leave a gap in the ranks', () => {
    const stray: LeaderboardEntry = { rank: 9, playerId: 'eve', name: null, score: 5 };
    const changes = { ...changesBetween(held, held, 10), version: 8, entries: [stray] };
    expect(applyChanges(held, changes)).toEqual({ kind: 'resync' });
  });

  it('arrives at the new top from any old one, whatever changed in between', () => {
    const players = fc.dictionary(fc.stringMatching(/^[a-l]$/), fc.integer({ min: 0, max: 9 }), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(players, players, fc.integer({ min: 1, max: 6 }), (old, next, limit) => {
        const before: Top = { version: 1, entries: topOf(old, limit) };
        const after: Top = { version: 2, entries: topOf(next, limit) };
        const applied = applyChanges(before, changesBetween(before, after, limit));
        expect(applied).toEqual({ kind: 'applied', top: after });
      }),
    );
  });
});
