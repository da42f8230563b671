import { Injectable } from '@nestjs/common';
import { Database, type Snapshot } from '../../database/index.js';
import type { Change } from '../sorted-sets/apply-arguments.js';
import { CompositeScore } from '../domain/composite-score.js';
import { LeaderboardError, unknownBoard } from '../leaderboard.errors.js';
import type { BoardDefinition, Submission } from '../api/leaderboard.schemas.js';
import { type Batch, takeBatch } from './accept-batch.js';
import {
  type Board,
  type BoardRow,
  type StandingRow,
  readBoard,
  readStanding,
  SELECT_BOARD,
  SELECT_BOARDS,
} from './board.js';
import type { Period } from '../domain/periods.js';
import type { Standing } from '../domain/standings.js';

/** Standings that are read, and written to the engine, at a time. */
const CHUNK = 1_000;

/** The truth about every score, in PostgreSQL. The sorted sets are its projection. */
@Injectable()
export class LeaderboardLedger {
  constructor(private readonly database: Database) {}

  /** Creates a board, or confirms one that is the same. @throws {LeaderboardError} E_BOARD_EXISTS if it differs. */
  async defineBoard(
    board: string,
    { order, operator, ties, windows: asked, min, max }: BoardDefinition,
  ): Promise<Board> {
    const windows = [...asked];
    const definition = { order, operator, ties, windows, min, max };
    await this.database.query(
      `INSERT INTO boards (board, board_order, operator, ties, windows, min_score, max_score)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (board) DO NOTHING`,
      [board, order, operator, ties, windows, min, max],
    );
    const kept = await this.board(board);
    const asKept = { ...kept, windows: kept.windows.join() };
    const asAsked = { ...asKept, ...definition, windows: windows.join() };
    const differing = (Object.keys(definition) as (keyof BoardDefinition)[]).filter(
      (field) => asKept[field] !== asAsked[field],
    );
    if (differing.length === 0) return kept;
    throw new LeaderboardError(
      'E_BOARD_EXISTS',
      `The board "${board}" exists with other ${differing.join(', ')}, and a change would rank its players anew. ` +
        `PUT a board of another name, submit to both for a while, then let readers change over.`,
    );
  }

  async boards(): Promise<Board[]> {
    return (await this.database.query<BoardRow>(`${SELECT_BOARDS} ORDER BY board`)).map(readBoard);
  }

  /** Boards with scores of the last so many seconds. */
  async activeBoards(seconds: number): Promise<Board[]> {
    const active = `${SELECT_BOARDS} WHERE accepted_at > clock_timestamp() - make_interval(secs => $1)`;
    return (await this.database.query<BoardRow>(active, [seconds])).map(readBoard);
  }

  /** @throws {LeaderboardError} E_BOARD_UNKNOWN */
  async board(board: string): Promise<Board> {
    const [row] = await this.database.query<BoardRow>(SELECT_BOARD, [board]);
    if (!row) throw unknownBoard(board);
    return readBoard(row);
  }

  /** Takes the submissions of many callers in one transaction. */
  accept(board: string, callers: readonly (readonly Submission[])[]): Promise<Batch> {
    return this.database.transaction((transaction) => takeBatch(transaction, board, callers));
  }

  /**
   * Standings of these periods that changed after one sequence and up to another, in the order they did: some `limit` of them, and
   * all that changed at the last one's sequence.
   */
  private async changedSince(
    board: Board,
    periods: readonly string[],
    { after, upTo, limit }: { after: number; upTo: number; limit: number },
  ): Promise<Standing[]> {
    const rows = await this.database.query<StandingRow>(
      `SELECT period, player_id, merit, sequence FROM standings
       WHERE board = $1 AND period = ANY($2) AND sequence > $3 AND sequence <= $4
       ORDER BY sequence FETCH FIRST $5 ROWS WITH TIES`,
      [board.board, periods, after, upTo, limit],
    );
    return rows.map((row) => readStanding(board, row));
  }

  /** The same, part by part, from one sequence to another. */
  async *changes(
    board: Board,
    periods: readonly Period[],
    { after, upTo: { sequence: upTo, mark } }: { after: number; upTo: Pick<Board, 'sequence' | 'mark'> },
  ): AsyncGenerator<Change> {
    const names = periods.map(({ name }) => name);
    for (let from = after; from < upTo;) {
      const standings = await this.changedSince(board, names, { after: from, upTo, limit: CHUNK });
      const to = standings.length < CHUNK ? upTo : (standings.at(-1)?.sequence ?? upTo);
      yield { from, to, mark, standings };
      from = to;
    }
  }

  /** Whether a node is reading a board whole. Asked first: to find out by trying takes a connection. */
  async isBeingRead(name: string): Promise<boolean> {
    const sql = 'SELECT NOT pg_try_advisory_xact_lock_shared(hashtextextended($1, 0)) AS taken';
    const [lock] = await this.database.query<{ taken: boolean }>(sql, [lockOf(name)]);
    return lock?.taken === true;
  }

  /** Reads a board whole; null if another node does so already. Nobody else can begin before `work` ends. */
  async readWhole<T>(
    name: string,
    work: (board: Board, standings: WholeBoard) => Promise<T>,
  ): Promise<T | null> {
    return this.database.snapshot(async (snapshot) => {
      const [lock] = await snapshot.query<{ taken: boolean }>(
        'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken',
        [lockOf(name)],
      );
      if (!lock?.taken) return null;
      const [row] = await snapshot.query<BoardRow>(SELECT_BOARD, [name]);
      if (!row) throw unknownBoard(name);
      const board = readBoard(row);
      return work(board, (period) => snapshot.copy(copyStatement(board, period)));
    });
  }

  /** Deletes standings of periods that are over by the database's clock, so many at most. @returns whether there may be more. */
  async clearEndedPeriods(limit: number): Promise<boolean> {
    const [ended] = await this.database.query<{ board: string; period: string }>(
      `SELECT board, period FROM boards, unnest(ended_periods) AS period
       WHERE ended_periods <> $1 AND period COLLATE "C" < ${CURRENT_PERIOD} LIMIT 1`,
      [[]],
    );
    if (!ended) return false;
    const { board, period } = ended;
    const cleared = await this.database.query(
      `DELETE FROM standings WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM standings WHERE board = $1 AND period = $2 LIMIT $3)) RETURNING 1`,
      [board, period, limit],
    );
    if (cleared.length < limit) {
      await this.database.query(
        `UPDATE boards SET ended_periods = array_remove(ended_periods, $2) WHERE board = $1
         AND NOT EXISTS (SELECT FROM standings WHERE board = $1 AND period = $2)`,
        [board, period],
      );
    }
    return true;
  }
}

/** The period of the same kind that the database's clock is in. Names of one kind sort by time. */
const CURRENT_PERIOD = `to_char(clock_timestamp() AT TIME ZONE 'UTC',
  CASE length(period) WHEN 10 THEN 'YYYY-MM-DD' WHEN 8 THEN 'IYYY-"W"IW' ELSE 'YYYY-MM' END)`;

function lockOf(board: string): string {
  return `leaderboard ${board}`;
}

/** Lines of composite and player, in the text format of COPY. */
export type WholeBoard = (period: string) => ReturnType<Snapshot['copy']>;

function copyStatement(board: Board, period: string): string {
  const { base, headroom, order, min, max } = board;
  const { span } = new CompositeScore(board);
  const points = order === 'desc' ? `merit - (${min})` : `${max} + merit`;
  // Who arrived before the board was numbered anew is numbered among equals; of more than the headroom the last share its last number.
  const arrival =
    base === 0
      ? 'sequence'
      : `CASE WHEN sequence > ${base} THEN ${headroom} + sequence - ${base}
              ELSE least(${headroom}, row_number() OVER (PARTITION BY merit ORDER BY sequence)) - 1 END`;
  // In the order of the set: each player goes beside the one before, which is in the engine's memory cache still, and twice as fast.
  // Names of boards and periods have no quotes, see leaderboard.schemas.ts.
  return `SELECT (${points}) * ${span} + greatest(0, ${span - 1} - (${arrival})), player_id
          FROM standings WHERE board = '${board.board}' AND period = '${period}' ORDER BY merit`;
}
