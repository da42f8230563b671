/** Which scores count: all, or those of the current day, ISO week or month (UTC). */
export type WatchedWindow = 'all' | 'daily' | 'weekly' | 'monthly';

/** One row of a board page or of a live top. Ranks start at 1; `name` is null while the player has no profile. */
export interface LeaderboardEntry {
  rank: number;
  playerId: string;
  name: string | null;
  score: number;
}

/** Sent by a viewer as `watch` or `resync` in the socket.io namespace `/leaderboard`. A socket watches one top at a time. */
export interface WatchRequest {
  board: string;
  window: WatchedWindow;
  /** How many places from the first; 1-100. */
  top: number;
  playerId?: string | undefined;
  /** Changes come as {@link CompactChanges}: less than half as long. */
  compact?: boolean | undefined;
}

/** The viewer's own place, among those just above and below. */
export interface OwnPlace {
  rank: number;
  score: number;
  neighbours: LeaderboardEntry[];
  version: number;
}

/** The acknowledgement of `watch` and `resync`: the whole top as it stood at `version`. What comes after it continues from there. */
export interface WatchSnapshot {
  version: number;
  /** `shared`: equal scores share the rank of the first of them. */
  ties: 'first' | 'shared';
  entries: LeaderboardEntry[];
  /** null without a `playerId`, and for a player who has no score yet. */
  me: OwnPlace | null;
}

/** A request the gateway refused, as acknowledgement; the codes are those of HTTP. */
export interface WatchRefusal {
  error: { code: string; detail: string };
}

/** `position` is the place in the list, from 1; it is there only where a shared rank is another number. */
export interface ChangedEntry extends LeaderboardEntry {
  position?: number;
}

/**
 * The event `changes`, the same for every viewer of one board, window and top, at most 10 times a second. `entries` are those whose
 * score, name or presence in the top changed, or who fell behind their equals; `removed` are the ids that left.
 * To apply: take the removed and the changed out of the list, put the changed back at their positions (else their
 * ranks) in ascending order, cut to `top`; the rank of each is its place, or on a board with shared ranks that of the
 * one before if their scores are equal. If `previousVersion` is not the version you hold, emit `resync`. Where both versions are the
 * same, a day, week or month has begun. A changed name is no change of the board: it comes with the next one.
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

/**
 * A changed entry, on its place in the list from 1. Without a name it is that of the entry you hold; of a player you do not
 * hold, null.
 */
export type ChangedRow = [position: number, playerId: string, score: number, name?: string | null];

/** The event `changes` for who asked for it `compact`: the same, applied alike, without what the viewer knows already. */
export interface CompactChanges {
  version: number;
  previousVersion: number;
  entries: ChangedRow[];
  removed: string[];
}

/** No place any more: the player was forgotten, or a day, week or month has begun. */
export interface NoPlace {
  rank: null;
  score: null;
  neighbours: [];
  version: number;
}

/** The event `me`, at most once a second, to viewers who named a `playerId`. */
export type OwnPlaceChanged = (OwnPlace | NoPlace) & {
  board: string;
  window: WatchedWindow;
  playerId: string;
};

/** The event `behind`: this viewer did not read for so long that changes were left out. Emit `resync`. */
export interface ViewerBehind {
  board: string;
  window: WatchedWindow;
}
