import type { LeaderboardEntry } from './leaderboard.wire.js';

/**
 * What changed between two tops: `entries` whose score, name or presence changed, with their rank now, and the ids
 * that left. Players who only moved because others did are left out: the rule to apply the changes moves them.
 */
export function topDifference(before: LeaderboardEntry[], after: LeaderboardEntry[]) {
  const known = new Map(before.map((entry) => [entry.playerId, entry]));
  const present = new Set(after.map(({ playerId }) => playerId));
  return {
    entries: after.filter((entry) => {
      const old = known.get(entry.playerId);
      return old?.score !== entry.score || old.name !== entry.name;
    }),
    removed: before.map(({ playerId }) => playerId).filter((id) => !present.has(id)),
  };
}
