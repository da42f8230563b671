import type { ChangedRow, CompactChanges, LeaderboardChanges, LeaderboardEntry } from './leaderboard.wire.js';

/** The same for viewers who know what they watch, and hold the names of `before`. */
export function compactChanges(
  { version, previousVersion, entries, removed }: LeaderboardChanges,
  before: readonly LeaderboardEntry[],
): CompactChanges {
  const names = new Map(before.map(({ playerId, name }) => [playerId, name]));
  const rows = entries.map(({ position, rank, playerId, score, name }): ChangedRow => {
    const isKnown = name === (names.get(playerId) ?? null);
    return isKnown ? [position ?? rank, playerId, score] : [position ?? rank, playerId, score, name];
  });
  return { version, previousVersion, entries: rows, removed };
}
