import { Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';
import type { Board, BoardDefinition } from '../domain/board.js';
import { LeaderboardError, unknownBoard } from '../leaderboard.errors.js';
import { SELECT_BOARD, SELECT_BOARDS } from './board-rows.js';

/** Boards in PostgreSQL. */
@Injectable()
export class LeaderboardLedger {
  constructor(private readonly database: Database) {}

  /** Creates a board, or confirms an equal one. @throws {LeaderboardError} E_BOARD_EXISTS if its definition differs. */
  async defineBoard(
    board: string,
    { windows: given, timeZone = 'UTC', resetHour = 0, ...rules }: BoardDefinition,
  ): Promise<Board> {
    const { order, operator, ties, min, max } = rules;
    const windows = [...given];
    await this.database.query(
      `INSERT INTO boards (board, board_order, operator, ties, windows, min_score, max_score, time_zone, reset_hour)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (board) DO NOTHING`,
      [board, order, operator, ties, windows, min, max, timeZone, resetHour],
    );
    const existing = await this.board(board);
    const differing = differences(existing, {
      order,
      operator,
      ties,
      windows,
      min,
      max,
      timeZone,
      resetHour,
    });
    if (differing.length === 0) return existing;
    throw new LeaderboardError(
      'E_BOARD_EXISTS',
      `The board "${board}" exists with other ${differing.join(', ')}, and a definition cannot change. ` +
        `PUT a board of another name, submit to both for a while, then let readers change over.`,
    );
  }

  /**
   * Deletes a board with its submissions and standings in one transaction, which takes the longer the more there are. Readers see the board
   * until then, and scores wait.
   *
   * @returns the board, or null if there is none
   */
  deleteBoard(name: string): Promise<Board | null> {
    return this.database.longTransaction(async (transaction) => {
      const [board] = await transaction.query<Board>(`${SELECT_BOARD} FOR UPDATE OF boards`, [name]);
      if (!board) return null;
      for (const table of ['submissions', 'standings', 'answers', 'past_periods', 'bans', 'boards']) {
        await transaction.query(`DELETE FROM ${table} WHERE board = $1`, [name]);
      }
      return board;
    });
  }

  boards(): Promise<Board[]> {
    return this.database.query<Board>(`${SELECT_BOARDS} ORDER BY board`);
  }

  /** Boards that accepted scores within the last `seconds`. */
  activeBoards(seconds: number): Promise<Board[]> {
    const active = `${SELECT_BOARDS} WHERE accepted_at > clock_timestamp() - make_interval(secs => $1)`;
    return this.database.query<Board>(active, [seconds]);
  }

  /** @throws {LeaderboardError} E_BOARD_UNKNOWN */
  async board(board: string): Promise<Board> {
    const [row] = await this.database.query<Board>(SELECT_BOARD, [board]);
    if (!row) throw unknownBoard(board);
    return row;
  }
}

function differences(existing: BoardDefinition, given: BoardDefinition): string[] {
  const fields = Object.keys(given) as (keyof BoardDefinition)[];
  return fields.filter((field) => String(existing[field]) !== String(given[field]));
}
