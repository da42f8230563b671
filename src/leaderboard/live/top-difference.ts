import type { BoardTop } from '../leaderboard.responses.js';
import type { Feed } from './feed.js';
import type { ChangedEntry, LeaderboardChanges, LeaderboardEntry } from './leaderboard.wire.js';

/**
 * What changed between two tops: `entries` whose score, name or presence changed, or which are now behind entries that did not change, and
 * the ids that left. All other entries are still in their old order, so a client that applies the changes arrives at the new top.
 */
export function topDifference(before: readonly LeaderboardEntry[], after: readonly LeaderboardEntry[]) {
  const held = new Map(before.map((entry, index) => [entry.playerId, { entry, index }]));
  const present = new Set(after.map(({ playerId }) => playerId));
  let lowest = -1;
  const entries = after.flatMap((entry, i): ChangedEntry[] => {
    const old = held.get(entry.playerId);
    // A score that changed and changed back within a tick looks as before, but is now behind equal scores.
    if (old && old.entry.score === entry.score && old.entry.name === entry.name && old.index > lowest) {
      lowest = old.index;
      return [];
    }
    return [entry.rank === i + 1 ? entry : { ...entry, position: i + 1 }];
  });
  return { entries, removed: before.map(({ playerId }) => playerId).filter((id) => !present.has(id)) };
}

type Top = Pick<BoardTop, 'version' | 'entries'>;

/** The message that takes a room of viewers from one top to the next; null if its part of the top is the same at the same version. */
export function roomChanges(
  { board, window }: Pick<Feed, 'board' | 'window'>,
  top: number,
  { from, to }: { from: Top; to: Top },
): LeaderboardChanges | null {
  const { entries, removed } = topDifference(from.entries.slice(0, top), to.entries.slice(0, top));
  // A name, a new period or a rebuild changes entries and no version.
  if (to.version === from.version && entries.length === 0 && removed.length === 0) return null;
  return { board, window, top, version: to.version, previousVersion: from.version, entries, removed };
}
