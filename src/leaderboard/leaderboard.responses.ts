import type { Board, BoardWindow } from './domain/board.js';
import type { RankedPlayer } from './domain/ranking.js';
import type { EntryDetails } from './leaderboard.queries.js';
import type { LeaderboardEntry, OwnPlace } from './live/leaderboard.wire.js';
import type { SubmissionAnswer } from './submissions/score-submissions.js';

/** A row of a page, with the details where they were asked for. */
export interface PageEntry extends LeaderboardEntry, Partial<EntryDetails> {}

/** A player in an answer. The rank is null where PostgreSQL answered because the engine is down. */
export interface RankedEntry extends Omit<PageEntry, 'rank'> {
  rank: number | null;
}

/** Which day, week or month an answer is about. */
export interface AnswerPeriod {
  /** `all`, `2026-11-24`, `2026-W48` or `2026-11`. */
  period: string;
  /** When it ends or ended, an ISO date; null for all time. */
  endsAt: string | null;
  /** Present once the period has ended. Then only the removal of a player changes the answer. */
  final?: true;
  /** Present where the answer is about a closed season. */
  season?: string;
}

/** Some players of a board, best first. */
export interface BoardPlaces<Entry = RankedEntry> extends AnswerPeriod {
  board: string;
  window: BoardWindow;
  total: number;
  /** The version of the board that the entries are of. With `final` it changes only when a player is removed. */
  version: number;
  /** Present while the engine is down and PostgreSQL answers instead. */
  degraded?: true;
  entries: Entry[];
}

/** A page of a board. Its entries have ranks, also with `degraded`. */
export interface BoardPage extends BoardPlaces<PageEntry> {
  /** `after` of the next page; null on the last. */
  next: string | null;
}

/** The first entries of a board, for viewers. */
export interface BoardTop {
  /** Identifies the board. After it was deleted, a new one of its name has another id. */
  ledgerId: string;
  version: number;
  /** The day, week or month; it ends without a change of version. */
  period: string;
  endsAt: string | null;
  ties: Board['ties'];
  /** Whether PostgreSQL answered because the engine is down. */
  degraded: boolean;
  entries: LeaderboardEntry[];
}

/** One player's rank. */
export interface PlayerRank extends AnswerPeriod {
  /** null with `degraded`: PostgreSQL would need seconds to count the players above. */
  rank: number | null;
  score: number;
  /** Share of players ranked at or below this one, 0-100; null with `degraded`. */
  percentile: number | null;
  total: number;
  degraded?: true;
}

/** A correction of a player's score. */
export interface Adjustment {
  /** Names it for all time, as a submission's id does. */
  adjustmentId: string;
  /** Added to the score, also below 0. */
  by: number;
  /** Kept with it in the ledger. */
  reason: string;
}

/** The player after a correction. `applied` is false for a repeat. */
export interface AdjustmentAnswer extends Omit<SubmissionAnswer, 'submissionId'> {
  adjustmentId: string;
}

/** A player among those of one request for friends. */
export interface FriendEntry {
  rank: number | null;
  rankAmongThese: number;
  playerId: string;
  score: number;
}

/** `players` are those of the request who are ranked, best first. */
export function friendsIn(
  { ties }: Pick<Board, 'ties'>,
  players: readonly RankedPlayer<number | null>[],
): FriendEntry[] {
  return players.map(({ rank, playerId, score }, i) => {
    const firstOfScore = players.findIndex((player) => player.score === score);
    return { rank, rankAmongThese: (ties === 'shared' ? firstOfScore : i) + 1, playerId, score };
  });
}

/** A board as `GET /api/leaderboards` lists it. */
export function describeBoard(board: Board) {
  const { board: name, order, operator, ties, windows, min, max, timeZone, resetHour, players } = board;
  return { board: name, order, operator, ties, windows, min, max, timeZone, resetHour, players };
}

/** Splits `entries`, the neighbours of all players in the order of `around`, by player. */
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
