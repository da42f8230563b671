import type { ChangedEntry, LeaderboardEntry } from './leaderboard.wire.js';

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
