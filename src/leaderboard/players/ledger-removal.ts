import { Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';
import type { Board } from '../domain/board.js';
import { LOCK_BOARD, type LockedBoard } from '../ledger/board-rows.js';
import { NEWEST_EPOCH } from '../ledger/ledger-history.js';
import { unknownBoard } from '../leaderboard.errors.js';
import type { RemovalOptions } from '../leaderboard.queries.js';

const LARGEST_UPDATE = 10_000;

/** What removing a player changed on one board. */
export interface BoardRemoval {
  /** The board before and after. The same where the player had no standing. */
  before: Board;
  after: Board;
  /** How many batches the board had accepted by then. */
  batches: number;
}

/** Skips from one board to the next in the index, however many submissions each has. */
const SUBMITTED_TO = `WITH RECURSIVE found AS (
    SELECT min(board) AS board FROM submissions WHERE player_id = $1
  UNION ALL
    SELECT (SELECT min(board) FROM submissions WHERE player_id = $1 AND board > found.board)
    FROM found WHERE board IS NOT NULL
  ) SELECT board FROM found WHERE board IS NOT NULL`;

/** OFFSET 0 makes it one look-up in the primary key for each board. */
const RANKED_ON = `SELECT board FROM boards WHERE EXISTS (
  SELECT FROM standings WHERE standings.board = boards.board AND player_id = $1 OFFSET 0)`;

/** A repeat without a reason keeps the one that was given. */
const BAN = `INSERT INTO bans (board, player_id, reason) VALUES ($1, $2, $3)
  ON CONFLICT (board, player_id) DO UPDATE SET reason = coalesce(excluded.reason, bans.reason)`;

/** Removes players from the ledger. */
@Injectable()
export class LedgerRemoval {
  constructor(private readonly database: Database) {}

  /** Boards with submissions of the player that are not anonymised yet, or with standings whose submissions are no longer kept. */
  async boardsOf(playerId: string): Promise<string[]> {
    const found = [SUBMITTED_TO, RANKED_ON].map((sql) =>
      this.database.query<{ board: string }>(sql, [playerId]),
    );
    return [...new Set((await Promise.all(found)).flat().map(({ board }) => board))];
  }

  /** Deletes the player's standings on a board and starts a new epoch. Leaves the submissions as they are. */
  removeFromBoard(
    name: string,
    playerId: string,
    { ban = false, reason }: RemovalOptions = {},
  ): Promise<BoardRemoval> {
    return this.database.transaction(async (transaction) => {
      const [row] = await transaction.query<LockedBoard>(LOCK_BOARD, [name]);
      if (!row) throw unknownBoard(name);
      const { batches, hasBans: _hasBans, now: _now, ...before } = row;
      if (ban) {
        await transaction.query(BAN, [name, playerId, reason]);
        await transaction.query('UPDATE boards SET has_bans = true WHERE board = $1', [name]);
      }
      const deleted = await transaction.query<{ period: string }>(
        'DELETE FROM standings WHERE board = $1 AND player_id = $2 RETURNING period',
        [name, playerId],
      );
      if (deleted.length === 0) return { before, after: before, batches };
      const left = deleted.some(({ period }) => period === before.allPeriod) ? 1 : 0;
      const [changed] = await transaction.query<Pick<Board, 'epoch' | 'version' | 'checkpoint' | 'players'>>(
        `UPDATE boards SET sequence = sequence + 1, edition = greatest(edition + 1, ${NEWEST_EPOCH}), mark = '', players = players - $2
         WHERE board = $1 RETURNING edition::float8 AS epoch, sequence::float8 AS version, mark AS checkpoint, players::float8 AS players`,
        [name, left],
      );
      return { before, after: { ...before, ...changed }, batches };
    });
  }

  /** Lets a banned player submit again. */
  async liftBan(board: string, playerId: string): Promise<void> {
    await this.database.query('DELETE FROM bans WHERE board = $1 AND player_id = $2', [board, playerId]);
  }

  /** Deletes the free text that bans of the player have. The bans stay. */
  async deleteBanReasons(playerId: string): Promise<void> {
    const sql = 'UPDATE bans SET reason = NULL WHERE player_id = $1 AND reason IS NOT NULL';
    await this.database.query(sql, [playerId]);
  }

  /**
   * Anonymises the player's submissions and adjustments up to batch `upTo`. Later ones belong to a returning player. The ids stay used, so that a late
   * repeat has no effect. Without the board's lock, since there may be a million of them.
   */
  async anonymiseSubmissions(board: string, playerId: string, upTo: number): Promise<void> {
    const statement = `UPDATE submissions SET player_id = NULL, score = NULL, sequence = NULL, reason = NULL
      WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM submissions WHERE board = $1 AND player_id = $2 AND batch <= $3 LIMIT $4)) RETURNING 1`;
    const values = [board, playerId, upTo, LARGEST_UPDATE];
    while ((await this.database.query(statement, values)).length === LARGEST_UPDATE);
  }
}
