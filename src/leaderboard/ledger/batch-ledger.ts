import { Injectable } from '@nestjs/common';
import { Database, type Queryable } from '../../database/index.js';
import {
  type AcceptedSubmission,
  BatchDraft,
  type KnownSubmission,
  type NewSubmission,
  type Standing,
} from '../domain/batch-draft.js';
import type { Board, LedgerSubmission } from '../domain/board.js';
import { CompositeScore, sortKeyOf } from '../domain/composite-score.js';
import { boardTime, endedSince, type Period, periodAt } from '../domain/periods.js';
import { type LeaderboardError, unknownBoard } from '../leaderboard.errors.js';
import {
  ledgerPeriod,
  LOCK_BOARD,
  type LockedBoard,
  STANDING_COLUMNS,
  standingOf,
  type StandingRow,
} from './board-rows.js';
import { closePeriods } from './closed-periods.js';

/** What a batch changed in the ledger. */
export interface Batch {
  /** After the batch. */
  board: Board;
  id: number;
  from: number;
  /** The board's checkpoint at version `from`. */
  checkpointBefore: string;
  to: number;
  /** The current periods of the board. */
  periods: Period[];
  changed: Standing[];
  /** For each player of the batch the score of all time afterwards. */
  scores: ReadonlyMap<string, number>;
  /** The submissions that were new, in the order of their rows. */
  rows: readonly NewSubmission[];
  /** For each caller its submissions, or why all of them were rejected. */
  callers: (AcceptedSubmission[] | LeaderboardError)[];
}

/** Writes scores to the ledger. */
@Injectable()
export class BatchLedger {
  constructor(private readonly database: Database) {}

  /**
   * Accepts the submissions of many callers in one transaction, each caller's atomically.
   *
   * @throws {LeaderboardError} E_BOARD_UNKNOWN
   */
  accept(board: string, callers: readonly (readonly LedgerSubmission[])[]): Promise<Batch> {
    return this.database.transaction((transaction) => acceptBatch(transaction, board, callers));
  }
}

/**
 * The board's row is locked first. So versions are committed in their order, and what is read next cannot change before it is written.
 * Statements are not prepared: a plan made while the tables were small would scan a board that has grown since.
 */
async function acceptBatch(
  transaction: Queryable,
  name: string,
  callers: readonly (readonly LedgerSubmission[])[],
): Promise<Batch> {
  const { batches, hasBans, ended, ...locked } = await lockBoard(transaction, name);
  const id = batches + 1;
  const periods = locked.windows.map((window) => periodAt(window, new Date(locked.acceptedAt), locked));
  const submissions = callers.flat();
  const draft = new BatchDraft(
    locked,
    periods.map((period) => period.name),
    {
      batch: id,
      version: locked.version,
      submissions: await knownSubmissions(transaction, name, submissions),
      standings: await standingsOf(transaction, locked, { periods, submissions }),
      banned: hasBans ? await bannedAmong(transaction, name, submissions) : new Set(),
    },
  );
  const accepted = callers.map((caller) => draft.accept(caller));
  const before = await renumberIfExhausted(transaction, locked, draft.version);
  const newest = draft.rows.findLast(({ version }) => version === draft.version);
  const board = {
    ...before,
    version: draft.version,
    checkpoint: newest ? `${locked.acceptedAt}:${newest.submissionId}` : before.checkpoint,
    players: before.players + draft.joined,
  };
  if (draft.rows.length > 0) {
    await closePeriods(transaction, name, ended);
    await writeBatch(transaction, board, { id, periods, draft });
  }
  return {
    board,
    id,
    from: before.version,
    checkpointBefore: before.checkpoint,
    to: board.version,
    periods,
    changed: draft.changed,
    scores: new Map(submissions.map(({ playerId }) => [playerId, draft.scoreOf(playerId)])),
    rows: draft.rows,
    callers: accepted,
  };
}

/** The board as it is, with the time of this batch as `acceptedAt`, and the periods that have ended since the batch before. */
async function lockBoard(
  transaction: Queryable,
  name: string,
): Promise<Omit<LockedBoard, 'now'> & { ended: Period[] }> {
  const [row] = await transaction.query<LockedBoard>(LOCK_BOARD, [name]);
  if (!row) throw unknownBoard(name);
  const { now, ...board } = row;
  const acceptedAt = boardTime(board.acceptedAt, now).getTime();
  return { ...board, acceptedAt, ended: endedSince(board, acceptedAt) };
}

async function knownSubmissions(
  transaction: Queryable,
  board: string,
  submissions: readonly LedgerSubmission[],
): Promise<Map<string, KnownSubmission>> {
  const rows = await transaction.query<KnownSubmission & { submissionId: string }>(
    `SELECT s.* FROM unnest($2::text[]) AS asked(id), LATERAL (
       SELECT submission_id AS "submissionId", player_id AS "playerId", score::float8 AS score,
              batch::float8 AS batch, row_in_batch AS row, reason IS NOT NULL AS "isAdjustment"
       FROM submissions WHERE board = $1 AND submission_id = asked.id LIMIT 1) AS s`,
    [board, submissions.map(({ submissionId }) => submissionId)],
  );
  return new Map(rows.map(({ submissionId, ...known }) => [submissionId, known]));
}

/**
 * One look-up in the primary key per player and period, also while the planner's statistics are missing or outdated. OFFSET 0 keeps it from
 * joining, and the comparison of rows fits no other index. With three equations it would take every index for equally good on a board of
 * some thousand players, and could scan a whole period for each of them.
 */
export const STANDINGS_OF = `SELECT s.* FROM unnest($2::text[]) AS asked(id), unnest($3::text[]) AS wanted(name), LATERAL (
  SELECT ${STANDING_COLUMNS} FROM standings
  WHERE board = $1 AND (player_id, period) >= (asked.id, wanted.name) AND (player_id, period) <= (asked.id, wanted.name) OFFSET 0
) AS s`;

async function bannedAmong(
  transaction: Queryable,
  board: string,
  submissions: readonly LedgerSubmission[],
): Promise<Set<string>> {
  const sql = 'SELECT player_id AS "playerId" FROM bans WHERE board = $1 AND player_id = ANY($2)';
  const players = submissions.map(({ playerId }) => playerId);
  const rows = await transaction.query<{ playerId: string }>(sql, [board, players]);
  return new Set(rows.map(({ playerId }) => playerId));
}

async function standingsOf(
  transaction: Queryable,
  board: Board,
  { periods, submissions }: { periods: readonly Period[]; submissions: readonly LedgerSubmission[] },
): Promise<Standing[]> {
  const players = new Set(submissions.map(({ playerId }) => playerId));
  const rows = await transaction.query<StandingRow>(STANDINGS_OF, [
    board.board,
    [...players],
    periods.map(({ name }) => ledgerPeriod(board, name)),
  ]);
  return rows.map((row) => standingOf(board, row));
}

/**
 * Renumbers the board if it has no slot left for this version. Its players keep their order. Half of the slots are reserved for them,
 * and the rebuild numbers them: counting them here would lock a large board for long.
 */
async function renumberIfExhausted(transaction: Queryable, board: Board, version: number): Promise<Board> {
  const composite = new CompositeScore(board);
  if (!composite.isExhaustedBy(version)) return board;
  const numbering = {
    epoch: board.epoch + 1,
    offset: board.version,
    reservedSlots: Math.floor(composite.slotsPerScore / 2),
  };
  await transaction.query('UPDATE boards SET edition = $2, base = $3, headroom = $4 WHERE board = $1', [
    board.board,
    ...Object.values(numbering),
  ]);
  return { ...board, ...numbering };
}

/** One statement for the submissions, the standings and the board. */
const WRITE_BATCH = `WITH written AS (
    INSERT INTO submissions (board, submission_id, player_id, score, sequence, batch, row_in_batch, submitted_at, reason)
    SELECT $1, id, player, score, sequence, $6, row, to_timestamp($7::double precision / 1000), reason
    FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $14::int[], $17::text[])
      AS s(id, player, score, sequence, row, reason)
  ), standing AS (
    INSERT INTO standings (board, period, player_id, merit, sequence, metadata, achieved_at)
    SELECT $1, period, player, merit, sequence, metadata, to_timestamp($7::double precision / 1000)
    FROM unnest($8::text[], $9::text[], $10::bigint[], $11::bigint[], $18::text[])
      AS s(period, player, merit, sequence, metadata)
    ON CONFLICT (board, player_id, period) DO UPDATE SET merit = excluded.merit, sequence = excluded.sequence,
      metadata = excluded.metadata, achieved_at = excluded.achieved_at
  )
  UPDATE boards SET sequence = $12, players = $13, batches = $6,
    accepted_at = to_timestamp($7::double precision / 1000), periods = $15, mark = $16,
    ended_periods = ARRAY(SELECT unnest(ended_periods) EXCEPT SELECT unnest($15::text[]))
  WHERE board = $1`;

async function writeBatch(
  transaction: Queryable,
  board: Board,
  { id, periods, draft }: { id: number; periods: readonly Period[]; draft: BatchDraft },
): Promise<void> {
  const { rows, changed } = draft;
  await transaction.query(WRITE_BATCH, [
    board.board,
    rows.map(({ submissionId }) => submissionId),
    rows.map(({ playerId }) => playerId),
    rows.map(({ score }) => score),
    rows.map(({ version }) => version),
    id,
    board.acceptedAt,
    changed.map(({ period }) => ledgerPeriod(board, period)),
    changed.map(({ playerId }) => playerId),
    changed.map(({ score }) => sortKeyOf(board, score)),
    changed.map(({ version }) => version),
    board.version,
    board.players,
    rows.map(({ row }) => row),
    periods.filter(({ endsAt }) => endsAt !== null).map(({ name }) => name),
    board.checkpoint,
    rows.map(({ reason }) => reason),
    changed.map(({ metadata }) => metadata && JSON.stringify(metadata)),
  ]);
}
