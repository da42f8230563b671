import type { BoardWindow } from './leaderboard.schemas.js';
import type { LeaderboardEntry } from './leaderboard.wire.js';
import type { Board } from './ledger/board.js';

/** A row of an answer; the rank is null where only the ledger could be asked. */
export interface RankedEntry extends Omit<LeaderboardEntry, 'rank'> {
  rank: number | null;
}

/** Some places of a board, best first. */
export interface BoardPlaces<Entry = RankedEntry> {
  board: string;
  window: BoardWindow;
  total: number;
  /** The ledger sequence these places show. */
  version: number;
  /** Present while the engine is away and the ledger answers instead. */
  degraded?: true;
  entries: Entry[];
}

export type BoardPage = BoardPlaces<LeaderboardEntry>;

export interface BoardTop {
  version: number;
  /** Which day, week or month this is the top of: it can end without a change of version. */
  period: string;
  ties: Board['ties'];
  entries: LeaderboardEntry[];
}

export interface PlayerRank {
  /** null with `degraded`: the ledger knows scores, and would count for seconds to know a rank. */
  rank: number | null;
  score: number;
  /** Share of players ranked at or below, 0-100; null with `degraded`. */
  percentile: number | null;
  total: number;
  degraded?: true;
}

/** A player among others that were asked about together. */
export interface FriendEntry {
  rank: number | null;
  rankAmongThese: number;
  playerId: string;
  score: number;
}
