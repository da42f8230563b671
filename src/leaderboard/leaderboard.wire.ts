/** One row of a board page or of a live top. Ranks start at 1; `name` is null while the player has no profile. */
export interface LeaderboardEntry {
  rank: number;
  playerId: string;
  name: string | null;
  score: number;
}

/** Sent by a viewer as `watch` or `resync` in the socket.io namespace `/leaderboard`. */
export interface WatchRequest {
  board: string;
  window: 'all';
  /** How many places from the first; 1-100. */
  top: number;
  playerId?: string | undefined;
}

/** The viewer's own place. */
export interface OwnPlace {
  rank: number;
  score: number;
}

/** The acknowledgement of `watch` and `resync`: the whole top as it stood at `version`. */
export interface WatchSnapshot {
  version: number;
  entries: LeaderboardEntry[];
  /** null without a `playerId`, and for a player who has no score yet. */
  me: OwnPlace | null;
}

/** A request the gateway refused, as acknowledgement; the codes are those of HTTP. */
export interface WatchRefusal {
  error: { code: string; detail: string };
}

/**
 * The event `changes`, the same for every viewer of one board, window and top, at most 10 times a second.
 * To apply: take the removed and the changed out of the list, put the changed back at their ranks in ascending
 * order, cut to `top`. If `previousVersion` is not the version you hold, emit `resync`. A changed name is no change of
 * the board: it comes with the next one.
 */
export interface LeaderboardChanges {
  board: string;
  window: 'all';
  top: number;
  version: number;
  previousVersion: number;
  entries: LeaderboardEntry[];
  removed: string[];
}

/** The event `me`, at most once a second, to viewers who named a `playerId`. */
export interface OwnPlaceChanged extends OwnPlace {
  board: string;
  window: 'all';
  playerId: string;
  version: number;
}
