import type { BoardTop } from '../leaderboard.responses.js';
import type { Feed } from './feed.js';
import type { LeaderboardChanges } from './leaderboard.wire.js';
import { topDifference } from './top-difference.js';

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
