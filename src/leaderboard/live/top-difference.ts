import type { ChangedEntry, LeaderboardEntry } from './leaderboard.wire.js';

/**
 * What changed between two tops: `entries` whose score, name or presence changed, or who fell behind others that did not change, with
 * their place now, and the ids that left. All others stand in their old order still: the rule to apply the changes moves them.
 */
export function topDifference(before: readonly LeaderboardEntry[], after: readonly LeaderboardEntry[]) {
  const places = new Map(before.map((entry, i) => [entry.playerId, { entry, place: i }]));
  const present = new Set(after.map(({ playerId }) => playerId));
  let lowest = -1;
  const entries = after.flatMap((entry, i): ChangedEntry[] => {
    const old = places.get(entry.playerId);
    // A score that went away and came back within a tick looks as it did, and now stands behind its equals.
    if (old && old.entry.score === entry.score && old.entry.name === entry.name && old.place > lowest) {
      lowest = old.place;
      return [];
    }
    return [entry.rank === i + 1 ? entry : { ...entry, position: i + 1 }];
  });
  return { entries, removed: before.map(({ playerId }) => playerId).filter((id) => !present.has(id)) };
}
