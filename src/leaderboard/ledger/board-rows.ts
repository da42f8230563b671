import type { Standing } from '../domain/batch-draft.js';
import type { Board } from '../domain/board.js';
import { scoreOf } from '../domain/composite-score.js';

/*
 * Some columns keep older names, since nodes of two releases use the tables while an update rolls out: sequence (version), mark
 * (checkpoint), edition (epoch), base (offset), headroom (reservedSlots), merit (sortKey), incarnation (half of ledgerId).
 *
 * A database that was restored into another server is another ledger, since its boards continue from the time of the backup.
 */
const BOARD_COLUMNS = `board, board_order AS "order", operator, ties, windows,
  min_score::float8 AS min, max_score::float8 AS max,
  (SELECT system_identifier FROM pg_control_system()) || ':' || incarnation AS "ledgerId",
  edition::float8 AS epoch, sequence::float8 AS version, mark AS checkpoint,
  periods, (extract(epoch FROM accepted_at) * 1000)::float8 AS "acceptedAt",
  players::float8 AS players, time_zone AS "timeZone", reset_hour AS "resetHour", all_period AS "allPeriod",
  base::float8 AS "offset", headroom::float8 AS "reservedSlots"`;

/** Rows are a {@link Board} each. */
export const SELECT_BOARDS = `SELECT ${BOARD_COLUMNS} FROM boards`;
export const SELECT_BOARD = `${SELECT_BOARDS} WHERE board = $1`;

/** A board whose row is locked until the end of the transaction. */
export interface LockedBoard extends Board {
  /** How many batches the board has accepted. */
  batches: number;
  /** Whether players have ever been banned: batches of other boards need not look. */
  hasBans: boolean;
  /** The time of the database. */
  now: Date;
}

export const LOCK_BOARD = `SELECT ${BOARD_COLUMNS}, batches::float8 AS batches, has_bans AS "hasBans", clock_timestamp() AS now
  FROM boards WHERE board = $1 FOR NO KEY UPDATE OF boards`;

/** See `sortKeyOf`. */
export interface StandingRow {
  period: string;
  playerId: string;
  sortKey: number;
  version: number;
}

export const STANDING_COLUMNS = `period, player_id AS "playerId", merit::float8 AS "sortKey", sequence::float8 AS version`;

export function standingOf(board: Board, { period, sortKey, ...row }: StandingRow): Standing {
  const score = scoreOf(board, sortKey);
  return { ...row, score, period: period === board.allPeriod ? 'all' : period };
}

/** The name of a current period in the table of standings. */
export function ledgerPeriod({ allPeriod }: Pick<Board, 'allPeriod'>, period: string): string {
  return period === 'all' ? allPeriod : period;
}
