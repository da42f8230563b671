import type { BoardTop } from '../leaderboard.responses.js';
import type { CompactChanges, LeaderboardChanges } from './leaderboard.wire.js';
import { compactChanges } from './compact-changes.js';
import type { Feed, Watching } from './feed.js';
import { topDifference } from './top-difference.js';

type Top = Pick<BoardTop, 'version' | 'entries'>;

/** The message that takes a room from one top to the next; null if its part of the top is the same at the same version. */
export function roomChanges(
  { board, window }: Pick<Feed, 'board' | 'window'>,
  { top, compact }: Pick<Watching, 'top' | 'compact'>,
  { from, to }: { from: Top; to: Top },
): LeaderboardChanges | CompactChanges | null {
  const held = from.entries.slice(0, top);
  const { entries, removed } = topDifference(held, to.entries.slice(0, top));
  // A name, a new period or a rebuild changes entries and no version.
  if (to.version === from.version && entries.length === 0 && removed.length === 0) return null;
  const versions = { version: to.version, previousVersion: from.version };
  const changes = { board, window, top, ...versions, entries, removed };
  return compact ? compactChanges(changes, held) : changes;
}
