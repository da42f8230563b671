import { Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';
import { unknownBoard } from '../leaderboard.errors.js';
import { type Board, type BoardRow, readBoard, SELECT_BOARD } from './board.js';
import { NOW } from './ledger-history.js';

const FORGOTTEN_AT_ONCE = 10_000;

/** A player was taken off a board: the sorted sets go from one edition to the next. */
export interface Removal {
  before: Board;
  after: Board;
}

/** What was done on one board to forget a player. */
export interface Forgotten {
  board: Board;
  /** null if the player had no standing. */
  removal: Removal | null;
  /** How many batches the board had taken by then. */
  batches: string;
}

/** From one board in the index to the next, however many submissions each has. */
const BOARDS_OF = `WITH RECURSIVE found AS (
    SELECT min(board) AS board FROM submissions WHERE player_id = $1
  UNION ALL
    SELECT (SELECT min(board) FROM submissions WHERE player_id = $1 AND board > found.board)
    FROM found WHERE board IS NOT NULL
  ) SELECT board FROM found WHERE board IS NOT NULL`;

/** Takes players out of the ledger. */
@Injectable()
export class LedgerForgetting {
  constructor(private readonly database: Database) {}

  /** Boards that have taken submissions of a player which are not forgotten. */
  async boardsOf(playerId: string): Promise<string[]> {
    const rows = await this.database.query<{ board: string }>(BOARDS_OF, [playerId]);
    return rows.map(({ board }) => board);
  }

  /** Takes a player off a board. The submissions are still to be forgotten. */
  forgetOnBoard(name: string, playerId: string): Promise<Forgotten> {
    return this.database.transaction(async (transaction) => {
      const [row] = await transaction.query<BoardRow>(`${SELECT_BOARD} FOR NO KEY UPDATE OF boards`, [name]);
      if (!row) throw unknownBoard(name);
      const { batches } = row;
      const before = readBoard(row);
      const removed = await transaction.query<{ period: string }>(
        'DELETE FROM standings WHERE board = $1 AND player_id = $2 RETURNING period',
        [name, playerId],
      );
      if (removed.length === 0) return { board: before, removal: null, batches };
      const left = removed.some(({ period }) => period === 'all') ? 1 : 0;
      const [now] = await transaction.query<{ edition: string }>(
        `UPDATE boards SET sequence = sequence + 1, edition = greatest(edition + 1, ${NOW}), mark = '', players = players - $2
         WHERE board = $1 RETURNING edition`,
        [name, left],
      );
      const { sequence, players } = before;
      const edition = Number(now?.edition);
      const after = { ...before, sequence: sequence + 1, edition, mark: '', players: players - left };
      return { board: after, removal: { before, after }, batches };
    });
  }

  /**
   * Forgets whose the submissions of a player were, in the batches up to one: who was forgotten may have come back. Their ids stay used,
   * so that a late repeat revives nobody. Without the board's lock: there may be a million of them.
   */
  async forgetSubmissions(board: string, playerId: string, upTo: string): Promise<void> {
    const statement = `UPDATE submissions SET player_id = NULL, score = NULL, sequence = NULL WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM submissions WHERE board = $1 AND player_id = $2 AND batch <= $3 LIMIT $4)) RETURNING 1`;
    const values = [board, playerId, upTo, FORGOTTEN_AT_ONCE];
    while ((await this.database.query(statement, values)).length === FORGOTTEN_AT_ONCE);
  }
}
