import type { BoardWindow } from './api/leaderboard.schemas.js';
import type { LeaderboardEntry, OwnPlace } from './live/leaderboard.wire.js';
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
  /** Whether the ledger answered, because the engine could not. */
  degraded: boolean;
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

/** What `GET /api/leaderboards` shows of a board. */
export function describeBoard({ board, order, operator, ties, windows, min, max, players }: Board) {
  return { board, order, operator, ties, windows, min, max, players };
}

/** Splits `entries`, the neighbours of all players one after the other as `around` lists them, by player. */
export function ownPlacesIn(
  playerIds: readonly string[],
  around: readonly (readonly unknown[])[],
  { version, entries }: Pick<BoardPage, 'version' | 'entries'>,
): Map<string, OwnPlace> {
  const places = new Map<string, OwnPlace>();
  let end = 0;
  for (const [i, playerId] of playerIds.entries()) {
    const neighbours = entries.slice(end, (end += around[i]?.length ?? 0));
    const own = neighbours.find((entry) => entry.playerId === playerId);
    if (own) places.set(playerId, { rank: own.rank, score: own.score, neighbours, version });
  }
  return places;
}
