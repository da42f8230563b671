import type { LeaderboardChanges, LeaderboardEntry } from '../../../src/leaderboard/leaderboard.wire.js';

/** The part of a board the page holds: its first places as they stood at `version`. */
export interface Top {
  version: number;
  entries: LeaderboardEntry[];
}

/** `resync`: something was missed on the way, so only a new snapshot helps. */
export type Applied = { kind: 'applied'; top: Top } | { kind: 'resync' };

/**
 * Applies one `changes` message as leaderboard.wire.ts says: take the removed and the changed out, put the
 * changed back at their ranks in ascending order, cut to `top`. Ranks of the others follow from their place,
 * which holds on boards that give equal scores different ranks (`ties: first`).
 */
export function applyChanges(held: Top, changes: LeaderboardChanges): Applied {
  if (changes.previousVersion !== held.version) return { kind: 'resync' };

  const leaving = new Set([...changes.removed, ...changes.entries.map(({ playerId }) => playerId)]);
  const list = held.entries.filter(({ playerId }) => !leaving.has(playerId));
  for (const entry of changes.entries.toSorted((a, b) => a.rank - b.rank)) {
    // A place beyond the end means the list in hand is not the one the server compared with.
    if (entry.rank > list.length + 1) return { kind: 'resync' };
    list.splice(entry.rank - 1, 0, entry);
  }

  const entries = list.slice(0, changes.top).map((entry, index) => ({ ...entry, rank: index + 1 }));
  return { kind: 'applied', top: { version: changes.version, entries } };
}
