import { Injectable } from '@nestjs/common';
import { bulkhead, BulkheadRejectedError } from 'cockatiel';
import { Database } from '../../database/index.js';
import type { Board } from '../domain/board.js';
import { scoreOf } from '../domain/composite-score.js';
import type { RankedPlayer, Ranking } from '../domain/ranking.js';
import { tooManyReaders, unknownBoard, unknownPeriod } from '../leaderboard.errors.js';

interface RankingRow {
  version: number;
  total: number;
  higher: number;
  before: number;
  /** null, as the sort key, where no player was found: then the row is there for version and total only. */
  playerId: string | null;
  sortKey: number;
  rank: number | null;
}

export interface StandingsQuery {
  /** Selects the players. Its first value is $3. */
  statement: string;
  values: unknown[];
  /** Expressions for how many players have a higher score than the first one found, and how many rank before it. */
  higher?: string;
  before?: string;
  /** An expression for the rank of each player. */
  rank?: string;
  /** The period has ended, and must be complete. */
  isPast?: boolean;
}

/** Players, and the counts that give the ranks where the query does not. */
export interface Found extends Ranking<number | null> {
  higher: number;
  before: number;
}

/** Leaves connections for accepting scores. */
const CONCURRENT_READS = 3;
const LARGEST_QUEUE = 100;

/** Reads players of one period from PostgreSQL, a limited number of readers at a time. */
@Injectable()
export class StandingsReader {
  private readonly limiter = bulkhead(CONCURRENT_READS, LARGEST_QUEUE);

  constructor(private readonly database: Database) {}

  /**
   * One statement, so that players, total and version are of the same moment.
   *
   * @throws {LeaderboardError} E_BOARD_UNKNOWN, E_PERIOD_UNKNOWN, or E_BOARD_BUSY when more reads wait than PostgreSQL can answer soon
   */
  async read(
    board: Board,
    period: string,
    { statement, values, higher = '0', before = '0', rank = 'NULL', isPast = false }: StandingsQuery,
  ): Promise<Found> {
    const isSeason = period === 'all' && !isPast;
    const sql = `WITH found AS MATERIALIZED (${statement})
      SELECT ${isPast ? 'edition' : 'boards.sequence'}::float8 AS version, (${isSeason ? 'players' : COUNTED})::float8 AS total,
             (${higher})::float8 AS higher, (${before})::float8 AS before, player_id AS "playerId", merit::float8 AS "sortKey",
             (${rank})::float8 AS rank
      FROM boards ${isPast ? 'JOIN past_periods USING (board)' : ''} LEFT JOIN found ON true
      WHERE board = $1 ${isPast ? 'AND past_periods.period = $2' : ''} ORDER BY merit DESC, found.sequence`;
    const rows = await this.query(isSeason ? sql.replaceAll('$2', RUNNING_SEASON) : sql, [
      board.board,
      period,
      ...values,
    ]);
    const [first] = rows;
    if (!first) throw isPast ? unknownPeriod(board.board, period) : unknownBoard(board.board);
    const players = rows.flatMap(({ playerId, sortKey, rank: own }): RankedPlayer<number | null>[] =>
      playerId === null ? [] : [{ rank: own, playerId, score: scoreOf(board, sortKey) }],
    );
    return {
      version: first.version,
      total: first.total,
      higher: first.higher,
      before: first.before,
      players,
    };
  }

  private async query(sql: string, values: unknown[]): Promise<RankingRow[]> {
    try {
      return await this.limiter.execute(() => this.database.query<RankingRow>(sql, values));
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? tooManyReaders() : error;
    }
  }
}

/** Read in the same statement, since the caller may know the board from before the season. */
export const RUNNING_SEASON = '(SELECT all_period FROM boards WHERE board = $1 AND $2::text IS NOT NULL)';
const COUNTED = 'SELECT count(*) FROM standings WHERE board = $1 AND period = $2';

/** Gives players, best first, their ranks. */
export function ranked({ ties }: Pick<Board, 'ties'>, { higher, before, ...ranking }: Found): Ranking {
  let rank = higher + 1;
  const players = ranking.players.map((player, i) => {
    const sharesRank = ties === 'shared' && (i === 0 || ranking.players[i - 1]?.score === player.score);
    if (!sharesRank) rank = before + i + 1;
    return { ...player, rank };
  });
  return { ...ranking, players };
}
