import type { ScoreOrder } from '../domain/composite-score.js';
import type { BoardDefinition } from '../api/leaderboard.schemas.js';
import type { Standing } from '../domain/standings.js';

/** A board as its row in the ledger stands. Its definition and `ledger` never change. */
export interface Board extends BoardDefinition, ScoreOrder {
  board: string;
  /** This board of this database, and of no other in the world. */
  ledger: string;
  /** Grows when sorted sets of an earlier edition can only be rebuilt. */
  edition: number;
  /** How far the ledger has come: the version viewers see. */
  sequence: number;
  /**
   * When the newest sequence was taken, in milliseconds, and by which submission, `1764183600000:<submissionId>`; empty at the beginning
   * of an edition. Sorted sets with a mark that the ledger does not know show commits that it has lost.
   */
  mark: string;
  /** When it last accepted scores, in milliseconds; -Infinity before the first. */
  acceptedAt: number;
  players: number;
}

export interface BoardRow {
  board: string;
  board_order: 'desc' | 'asc';
  operator: 'best' | 'sum' | 'latest';
  ties: 'first' | 'shared';
  windows: BoardDefinition['windows'];
  min_score: string;
  max_score: string;
  sequence: string;
  mark: string;
  players: string;
  batches: string;
  periods: string[];
  accepted_at: Date | number;
  ledger: string;
  edition: string;
  base: string;
  headroom: string;
}

// A database that was restored into another server is another ledger: its boards go on from where the backup was made.
const COLUMNS = `boards.*, (SELECT system_identifier FROM pg_control_system()) || ':' || incarnation AS ledger`;
export const SELECT_BOARD = `SELECT ${COLUMNS} FROM boards WHERE board = $1`;
/** With the database's time, `now`. */
export const LOCK_BOARD = `SELECT ${COLUMNS}, clock_timestamp() AS now FROM boards WHERE board = $1 FOR NO KEY UPDATE OF boards`;
export const SELECT_BOARDS = `SELECT ${COLUMNS} FROM boards`;

export function readBoard(row: BoardRow): Board {
  return {
    board: row.board,
    order: row.board_order,
    operator: row.operator,
    ties: row.ties,
    windows: row.windows,
    min: Number(row.min_score),
    max: Number(row.max_score),
    sequence: Number(row.sequence),
    mark: row.mark,
    acceptedAt: Number(row.accepted_at),
    players: Number(row.players),
    ledger: row.ledger,
    edition: Number(row.edition),
    base: Number(row.base),
    headroom: Number(row.headroom),
  };
}

export interface StandingRow {
  period: string;
  player_id: string;
  merit: string;
  sequence: string;
}

export function readStanding(
  board: Pick<Board, 'order'>,
  { period, player_id, merit, sequence }: StandingRow,
): Standing {
  return { period, playerId: player_id, score: scoreOf(board, merit), sequence: Number(sequence) };
}

/** What the column `merit` holds: one index serves both orders. */
export function meritOf({ order }: Pick<Board, 'order'>, score: number): number {
  return order === 'desc' ? score : -score;
}

export function scoreOf({ order }: Pick<Board, 'order'>, merit: string): number {
  return order === 'desc' ? Number(merit) : 0 - Number(merit);
}
