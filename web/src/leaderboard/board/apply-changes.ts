import type {
  ChangedEntry,
  LeaderboardChanges,
  LeaderboardEntry,
  WatchSnapshot,
} from '../../../../src/leaderboard/live/leaderboard.wire.js';

/** The first entries of a board at `version`. */
export interface Top {
  version: number;
  /** Absent: every entry has its own rank. */
  ties?: WatchSnapshot['ties'];
  entries: LeaderboardEntry[];
}

/** `resync`: a message was missed, so the viewer needs a new snapshot. */
export type Applied = { kind: 'applied'; top: Top } | { kind: 'resync' };

/**
 * Applies one `changes` message as leaderboard.wire.ts describes: remove the removed and the changed, insert the changed at their positions
 * in ascending order, cut to `top`. Ranks follow from positions, and where equal scores share ranks, from scores.
 */
export function applyChanges(held: Top, changes: LeaderboardChanges): Applied {
  if (changes.previousVersion !== held.version) return { kind: 'resync' };

  const leaving = new Set([...changes.removed, ...changes.entries.map(({ playerId }) => playerId)]);
  const list = held.entries.filter(({ playerId }) => !leaving.has(playerId));
  for (const changed of changes.entries.toSorted((a, b) => positionOf(a) - positionOf(b))) {
    // A position beyond the end means that the server compared with another list.
    if (positionOf(changed) > list.length + 1) return { kind: 'resync' };
    const { position: _position, ...entry } = changed;
    list.splice(positionOf(changed) - 1, 0, entry);
  }

  const entries: LeaderboardEntry[] = [];
  for (const entry of list.slice(0, changes.top)) {
    const before = held.ties === 'shared' ? entries.at(-1) : undefined;
    entries.push({ ...entry, rank: before?.score === entry.score ? before.rank : entries.length + 1 });
  }
  return { kind: 'applied', top: { ...held, version: changes.version, entries } };
}

function positionOf({ position, rank }: ChangedEntry): number {
  return position ?? rank;
}
