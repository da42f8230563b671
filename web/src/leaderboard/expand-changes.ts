import type {
  CompactChanges,
  LeaderboardChanges,
  LeaderboardEntry,
  WatchRequest,
} from '../../../src/leaderboard/live/leaderboard.wire.js';

/** What a viewer of `watched` who holds these entries would have been sent, had it not asked for compact changes. */
export function expandChanges(
  { version, previousVersion, entries, removed }: CompactChanges,
  held: readonly LeaderboardEntry[],
  { board, window, top }: WatchRequest,
): LeaderboardChanges {
  const names = new Map(held.map(({ playerId, name }) => [playerId, name]));
  const expanded = entries.map(([position, playerId, score, name = names.get(playerId) ?? null]) => {
    return { rank: position, playerId, name, score };
  });
  return { board, window, top, version, previousVersion, entries: expanded, removed };
}
