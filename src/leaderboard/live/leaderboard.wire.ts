/** Which scores count: all, or those of the current day, ISO week or month. */
export type WatchedWindow = 'all' | 'daily' | 'weekly' | 'monthly';

/** One row of a board page or of a live top. Ranks start at 1. `name` is null for a player without a profile. */
export interface LeaderboardEntry {
  rank: number;
  playerId: string;
  name: string | null;
  score: number;
}

/**
 * What a viewer sends as `watch` or `resync` in the socket.io namespace `/leaderboard`. A socket watches one top at a time: a request
 * that is answered with a snapshot replaces the running watch, a rejected one leaves it as it is.
 *
 * Add the listener for `changes` before you send `watch`, and read the snapshot in the acknowledgement callback:
 * `socket.emit('watch', request, (answer) => { ... })`, or with a time limit
 * `socket.timeout(5000).emit('watch', request, (error, answer) => { ... })`. In Node.js, code after
 * `await socket.emitWithAck('watch', request)` can run after the first `changes` event, which would then be applied to an older list or
 * lost. A `changes` event that arrives before the acknowledgement belongs to the watch that the snapshot replaces.
 */
export interface WatchRequest {
  board: string;
  window: WatchedWindow;
  /** How many entries from the first, 1-100. */
  top: number;
  playerId?: string | undefined;
}

/** The rank of the player that a viewer follows, with the players just above and below. */
export interface OwnPlace {
  rank: number;
  score: number;
  neighbours: LeaderboardEntry[];
  version: number;
}

/** The acknowledgement of `watch` and `resync`: the whole top at `version`. The changes that follow continue from there. */
export interface WatchSnapshot {
  version: number;
  /** When the day, week or month ends, an ISO date; null for all time. The next one begins without a new snapshot. */
  endsAt: string | null;
  /** `shared`: equal scores share the rank of the first of them. */
  ties: 'first' | 'shared';
  entries: LeaderboardEntry[];
  /** null without a `playerId`, for a player without a score, and in a degraded snapshot: then the event `me` follows when the engine is back. */
  me: OwnPlace | null;
  /** Present while the engine is down and PostgreSQL answers instead, as in `GET`. The event `degraded` ends it. */
  degraded?: true;
}

/** The acknowledgement of a rejected request. The codes are those of HTTP. */
export interface WatchRefusal {
  error: { code: string; detail: string };
}

/** `position` is the position in the list, from 1. It is present only where it differs from a shared rank. */
export interface ChangedEntry extends LeaderboardEntry {
  position?: number;
}

/**
 * The event `changes`, the same for every viewer of one board, window and top, at most 10 times a second. `entries` are those whose
 * score, name or presence in the top changed, or which are now behind equal scores. `removed` are the ids that left the top.
 *
 * To apply: remove the removed and the changed from the list, insert the changed at their positions (without one: at their ranks) in
 * ascending order, and cut the list to `top`. The rank of each entry is its position; on a board with shared ranks it is that of the
 * entry before, if their scores are equal. If `previousVersion` is not the version you hold, emit `resync`. Both versions are the
 * same where the answer changed and the version did not: a name changed, a day, week or month began, or the board was rebuilt after a
 * correction in PostgreSQL. Such changes arrive within a second. Apply them like all others.
 */
export interface LeaderboardChanges {
  board: string;
  window: WatchedWindow;
  top: number;
  version: number;
  previousVersion: number;
  entries: ChangedEntry[];
  removed: string[];
}

/** The player is no longer ranked: it was removed, or a new day, week or month has begun. */
export interface NoPlace {
  rank: null;
  score: null;
  neighbours: [];
  version: number;
}

/** The event `me`, at most once a second, for viewers that named a `playerId`. */
export type OwnPlaceChanged = (OwnPlace | NoPlace) & {
  board: string;
  window: WatchedWindow;
  playerId: string;
};

/** The event `behind`: this viewer did not read for so long that it missed changes. Emit `resync`. */
export interface ViewerBehind {
  board: string;
  window: WatchedWindow;
}

/**
 * The event `degraded`. `true`: the engine is down. Changes come from PostgreSQL, once a second, and `me` pauses.
 * `false`: the engine answers again.
 */
export interface DegradedBoard {
  board: string;
  window: WatchedWindow;
  degraded: boolean;
}

/**
 * The event `deleted`: the board was deleted, and nothing more follows. If you expect a new board of this name, emit `watch`: it is
 * answered with a snapshot, or with `E_BOARD_UNKNOWN`.
 */
export interface DeletedBoard {
  board: string;
  window: WatchedWindow;
}
