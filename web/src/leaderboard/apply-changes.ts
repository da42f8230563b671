import type {
  ChangedEntry,
  LeaderboardChanges,
  LeaderboardEntry,
  WatchSnapshot,
} from '../../../src/leaderboard/live/leaderboard.wire.js';

/** The part of a board the page holds: its first places as they stood at `version`. */
export interface Top {
  version: number;
  /** Absent: every place has its own rank. */
  ties?: WatchSnapshot['ties'];
  entries: LeaderboardEntry[];
}

/** `resync`: something was missed on the way, so only a new snapshot helps. */
export type Applied = { kind: 'applied'; top: Top } | { kind: 'resync' };

/**
 * Applies one `changes` message as leaderboard.wire.ts says: take the removed and the changed out, put the
 * changed back at their positions in ascending order, cut to `top`. Ranks follow from places, and where ties share ranks
 * from scores.
 */
export function applyChanges(held: Top, changes: LeaderboardChanges): Applied {
  if (changes.previousVersion !== held.version) return { kind: 'resync' };

  const leaving = new Set([...changes.removed, ...changes.entries.map(({ playerId }) => playerId)]);
  const list = held.entries.filter(({ playerId }) => !leaving.has(playerId));
  for (const changed of changes.entries.toSorted((a, b) => placeOf(a) - placeOf(b))) {
    // A place beyond the end means the list in hand is not the one the server compared with.
    if (placeOf(changed) > list.length + 1) return { kind: 'resync' };
    const { position: _position, ...entry } = changed;
    list.splice(placeOf(changed) - 1, 0, entry);
  }

  const entries: LeaderboardEntry[] = [];
  for (const entry of list.slice(0, changes.top)) {
    const before = held.ties === 'shared' ? entries.at(-1) : undefined;
    entries.push({ ...entry, rank: before?.score === entry.score ? before.rank : entries.length + 1 });
  }
  return { kind: 'applied', top: { ...held, version: changes.version, entries } };
}

function placeOf({ position, rank }: ChangedEntry): number {
  return position ?? rank;
}
