import { Injectable } from '@nestjs/common';
import { Database, type Snapshot } from '../../database/index.js';
import type { Standing } from '../domain/batch-draft.js';
import type { Board } from '../domain/board.js';
import { CompositeScore } from '../domain/composite-score.js';
import type { Period } from '../domain/periods.js';
import { unknownBoard } from '../leaderboard.errors.js';
import { ledgerPeriod, SELECT_BOARD, STANDING_COLUMNS, standingOf, type StandingRow } from './board-rows.js';

/** Standings that are read, and written to the engine, at a time. */
const CHUNK = 1_000;

/** What changed on a board after version `from` and up to version `to`. */
export interface Change {
  from: number;
  to: number;
  /** The checkpoint that sorted sets at `from` must have. Absent where they are known to be this ledger's. */
  checkpointBefore?: string;
  /** A checkpoint of the ledger at `to` or later. */
  checkpoint: string;
  standings: readonly Standing[];
}

/** Lines of composite score and player, in the text format of COPY. */
export type StandingLines = (period: string) => ReturnType<Snapshot['copy']>;

/** Reads from the ledger what sorted sets lack: the changes since a version, or a whole board. */
@Injectable()
export class LedgerReplay {
  constructor(private readonly database: Database) {}

  /** The changes in these periods after one version and up to another, in chunks. */
  async *changes(
    board: Board,
    periods: readonly Period[],
    { after, upTo }: { after: number; upTo: Pick<Board, 'version' | 'checkpoint'> },
  ): AsyncGenerator<Change> {
    const { version, checkpoint } = upTo;
    for (let from = after; from < version;) {
      const standings = await this.changedBetween(board, periods, [from, version]);
      const to = standings.length < CHUNK ? version : (standings.at(-1)?.version ?? version);
      yield { from, to, checkpoint, standings };
      from = to;
    }
  }

  /** Some CHUNK standings, and all that have the version of the last one. */
  private async changedBetween(
    board: Board,
    periods: readonly Period[],
    [after, upTo]: [number, number],
  ): Promise<Standing[]> {
    const rows = await this.database.query<StandingRow>(
      `SELECT ${STANDING_COLUMNS} FROM standings
       WHERE board = $1 AND period = ANY($2) AND sequence > $3 AND sequence <= $4
       ORDER BY sequence FETCH FIRST $5 ROWS WITH TIES`,
      [board.board, periods.map(({ name }) => ledgerPeriod(board, name)), after, upTo, CHUNK],
    );
    return rows.map((row) => standingOf(board, row));
  }

  /** Whether a node is reading the whole board. Check this first: `readBoard` takes a connection of its own to find out. */
  async isBeingRead(name: string): Promise<boolean> {
    const sql = 'SELECT NOT pg_try_advisory_xact_lock_shared(hashtextextended($1, 0)) AS taken';
    const [lock] = await this.database.query<{ taken: boolean }>(sql, [lockOf(name)]);
    return lock?.taken === true;
  }

  /**
   * Reads a whole board at one moment. Returns null if another node does so already; no other node can begin before `work` ends.
   *
   * @throws {LeaderboardError} E_BOARD_UNKNOWN
   */
  readBoard<T>(
    name: string,
    work: (board: Board, standings: StandingLines) => Promise<T>,
  ): Promise<T | null> {
    return this.database.snapshot(async (snapshot) => {
      const sql = 'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken';
      const [lock] = await snapshot.query<{ taken: boolean }>(sql, [lockOf(name)]);
      if (!lock?.taken) return null;
      const [board] = await snapshot.query<Board>(SELECT_BOARD, [name]);
      if (!board) throw unknownBoard(name);
      return work(board, (period) => snapshot.copy(copyStatement(board, period)));
    });
  }
}

function lockOf(board: string): string {
  return `leaderboard ${board}`;
}

function copyStatement(board: Board, period: string): string {
  const { offset, reservedSlots, order, min, max } = board;
  const { slotsPerScore } = new CompositeScore(board);
  const points = order === 'desc' ? `merit - (${min})` : `${max} + merit`;
  // After renumbering, earlier arrivals take ordinals among equal scores. Ordinals beyond the reserve share the last one.
  const arrival =
    offset === 0
      ? 'sequence'
      : `CASE WHEN sequence > ${offset} THEN ${reservedSlots} + sequence - ${offset}
              ELSE least(${reservedSlots}, row_number() OVER (PARTITION BY merit ORDER BY sequence)) - 1 END`;
  // Names of boards and periods have no quotes, see names.ts. In the order of the set, each ZADD touches memory that the
  // one before touched, which makes filling twice as fast.
  return `SELECT (${points}) * ${slotsPerScore} + greatest(0, ${slotsPerScore - 1} - (${arrival})), player_id
          FROM standings WHERE board = '${board.board}' AND period = '${ledgerPeriod(board, period)}' ORDER BY merit`;
}
