import type {
  ChangedEntry,
  DegradedBoard,
  LeaderboardChanges,
  NoPlace,
  OwnPlace,
  ViewerBehind,
  WatchRefusal,
  WatchSnapshot,
} from '../../../../src/leaderboard/live/leaderboard.wire.js';
import {
  type Guard,
  either,
  isBoolean,
  isString,
  isTime,
  isWhole,
  listOf,
  nullable,
  oneOf,
  recordOf,
} from '../../live/guards.js';

/** The messages of the namespace `/leaderboard`, as leaderboard.wire.ts describes them. */
const isEntry = recordOf<ChangedEntry>({
  rank: isWhole,
  playerId: isString,
  name: nullable(isString),
  score: isWhole,
  position: either(isWhole, oneOf(undefined)),
});

const ofBoard = { board: isString, window: oneOf('all', 'daily', 'weekly', 'monthly') };
/** `behind` and `deleted`. */
export const isBoard = recordOf<ViewerBehind>(ofBoard);

export const isDegradedBoard = recordOf<DegradedBoard>({ ...ofBoard, degraded: isBoolean });

export const isChanges = recordOf<LeaderboardChanges>({
  ...ofBoard,
  top: isWhole,
  version: isWhole,
  previousVersion: isWhole,
  entries: listOf(isEntry),
  removed: listOf(isString),
});

const place = { rank: isWhole, score: isWhole, neighbours: listOf(isEntry), version: isWhole };
const isEmpty: Guard<[]> = (value): value is [] => Array.isArray(value) && value.length === 0;
const noPlace = { ...place, rank: oneOf(null), score: oneOf(null), neighbours: isEmpty };
const ofPlayer = { ...ofBoard, playerId: isString };
type OfPlayer = ViewerBehind & { playerId: string };

export const isPlace = either(
  recordOf<OwnPlace & OfPlayer>({ ...ofPlayer, ...place }),
  recordOf<NoPlace & OfPlayer>({ ...ofPlayer, ...noPlace }),
);

/** Of `watch` and `resync`. */
export const isReply = either(
  recordOf<WatchRefusal>({
    error: recordOf<WatchRefusal['error']>({ code: isString, detail: isString }),
  }),
  recordOf<WatchSnapshot>({
    version: isWhole,
    endsAt: nullable(isTime),
    ties: oneOf('first', 'shared'),
    entries: listOf(isEntry),
    me: nullable(recordOf<OwnPlace>(place)),
    degraded: oneOf(true, undefined),
  }),
);
