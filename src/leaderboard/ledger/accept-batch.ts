import type { Queryable } from '../../database/index.js';
import { CompositeScore } from '../domain/composite-score.js';
import { LeaderboardError, unknownBoard } from '../leaderboard.errors.js';
import type { Submission } from '../api/leaderboard.schemas.js';
import { boardTime, type Period, periodAt } from '../domain/periods.js';
import { type Standing, StandingsDraft } from '../domain/standings.js';
import { type Board, type BoardRow, LOCK_BOARD, readBoard, readStanding, type StandingRow } from './board.js';
import { type NewSubmission, type Place, writeBatch } from './write-batch.js';

export interface AcceptedSubmission extends Place {
  submissionId: string;
  playerId: string;
  /** Whether it is here for the first time and changed something. */
  applied: boolean;
}

/** What a batch did to the ledger. */
export interface Batch {
  /** As it stood afterwards. */
  board: Board;
  id: number;
  from: number;
  /** The board's mark there. */
  after: string;
  to: number;
  /** Going on while the batch was taken. */
  periods: Period[];
  changed: Standing[];
  /** Scores of all time afterwards, of everybody in the batch. */
  scores: ReadonlyMap<string, number>;
  /** Whose the rows are that were new, in their order. */
  fresh: { playerId: string }[];
  /** For each caller its submissions, or why none of them was taken. */
  callers: (AcceptedSubmission[] | LeaderboardError)[];
}

interface KnownSubmission extends Place {
  /** null, as the score, once the player was forgotten. */
  playerId: string | null;
  score: number | null;
}

/**
 * Takes the submissions of many callers, each caller's as a whole or not at all.
 *
 * The board's row is locked first, so sequences are committed in their order: a reader who has seen one has seen all before
 * it. Under that lock nobody else writes the board, so what is read next cannot change before it is written.
 *
 * Statements are planned each time, not prepared: a plan that was made while the tables were small would read boards whole when they
 * have grown.
 */
export async function takeBatch(
  transaction: Queryable,
  name: string,
  callers: readonly (readonly Submission[])[],
): Promise<Batch> {
  const row = await lock(transaction, name);
  const periods = row.windows.map((window) => periodAt(window, new Date(row.accepted_at)));
  const submissions = callers.flat();
  const known = await knownSubmissions(transaction, name, submissions);
  const draft = new StandingsDraft(
    readBoard(row),
    periods.map(({ name: period }) => period),
    await standingsOf(transaction, readBoard(row), submissions),
    Number(row.sequence),
  );
  const taken = takeCallers(callers, { draft, known, batch: Number(row.batches) + 1 });
  const { changed, sequence, joined } = draft;
  const board = await makeRoom(transaction, readBoard(row), sequence);
  const newest = taken.rows.findLast((each) => each.sequence === sequence);
  const mark = newest ? `${Number(row.accepted_at)}:${newest.submissionId}` : board.mark;
  if (taken.rows.length > 0) {
    await writeBatch(transaction, { row, board, periods, changed, sequence, mark, joined, rows: taken.rows });
  }
  return {
    board: { ...board, sequence, mark, players: board.players + joined },
    id: Number(row.batches) + 1,
    from: board.sequence,
    after: board.mark,
    to: sequence,
    periods,
    changed,
    scores: new Map(submissions.map(({ playerId }) => [playerId, draft.scoreOf(playerId)])),
    fresh: taken.rows,
    callers: taken.callers,
  };
}

async function lock(transaction: Queryable, board: string): Promise<BoardRow> {
  const [row] = await transaction.query<BoardRow & { now: Date }>(LOCK_BOARD, [board]);
  if (!row) throw unknownBoard(board);
  return { ...row, accepted_at: boardTime(Number(row.accepted_at), row.now).getTime() };
}

async function knownSubmissions(
  transaction: Queryable,
  board: string,
  submissions: readonly Submission[],
): Promise<Map<string, KnownSubmission>> {
  const rows = await transaction.query<{
    submission_id: string;
    player_id: string | null;
    score: string | null;
    batch: string;
    row_in_batch: number;
  }>(
    `SELECT s.* FROM unnest($2::text[]) AS asked(id), LATERAL (
       SELECT submission_id, player_id, score, batch, row_in_batch
       FROM submissions WHERE board = $1 AND submission_id = asked.id LIMIT 1) AS s`,
    [board, submissions.map(({ submissionId }) => submissionId)],
  );
  return new Map(
    rows.map((row) => [
      row.submission_id,
      {
        playerId: row.player_id,
        score: row.score === null ? null : Number(row.score),
        batch: Number(row.batch),
        row: row.row_in_batch,
      },
    ]),
  );
}

/** One look-up in the primary key for each, whatever the planner knows of a table that grows by thousands of rows a second. */
export const STANDINGS_OF = `SELECT s.* FROM unnest($2::text[]) AS asked(id), LATERAL (
  SELECT period, player_id, merit, sequence FROM standings WHERE board = $1 AND player_id = asked.id OFFSET 0
) AS s`;

/** In current periods and, until they are cleared away, in some that are over. */
async function standingsOf(
  transaction: Queryable,
  board: Board,
  submissions: readonly Submission[],
): Promise<Standing[]> {
  const rows = await transaction.query<StandingRow>(STANDINGS_OF, [
    board.board,
    [...new Set(submissions.map(({ playerId }) => playerId))],
  ]);
  return rows.map((row) => readStanding(board, row));
}

function takeCallers(
  callers: readonly (readonly Submission[])[],
  { draft, known, batch }: { draft: StandingsDraft; known: Map<string, KnownSubmission>; batch: number },
): { callers: Batch['callers']; rows: NewSubmission[] } {
  const rows: NewSubmission[] = [];
  const take = (submissions: readonly Submission[]): AcceptedSubmission[] => {
    const fresh = newAmong(submissions, known);
    const sequences = draft.take(submissions, fresh);
    const applied = new Set(fresh.filter((_, n) => sequences[n] !== null));
    for (const [n, i] of fresh.entries()) {
      const { submissionId, playerId, score } = submissions[i] as Submission;
      const place = { batch, row: rows.length };
      rows.push({ submissionId, playerId, score, sequence: sequences[n] ?? null, ...place });
      known.set(submissionId, { playerId, score, ...place });
    }
    return submissions.map(({ submissionId, playerId }, i) => {
      const { batch: of, row } = known.get(submissionId) as KnownSubmission;
      return { submissionId, playerId, batch: of, row, applied: applied.has(i) };
    });
  };
  const results = callers.map((submissions) => {
    try {
      return take(submissions);
    } catch (error) {
      if (error instanceof LeaderboardError) return error;
      throw error;
    }
  });
  return { callers: results, rows };
}

/** Which of a caller's submissions are here for the first time, by their index in the list. @throws {LeaderboardError} E_SUBMISSION_CONFLICT */
function newAmong(submissions: readonly Submission[], known: ReadonlyMap<string, KnownSubmission>): number[] {
  const firstOf = new Map<string, Submission>();
  const conflicting: number[] = [];
  const fresh = submissions.flatMap((submission, i) => {
    const { submissionId } = submission;
    const seen = firstOf.get(submissionId) ?? known.get(submissionId);
    if (seen && !isRepeat(submission, seen)) conflicting.push(i);
    if (seen) return [];
    firstOf.set(submissionId, submission);
    return [i];
  });
  if (conflicting.length > 0) throw conflict(submissions, conflicting);
  return fresh;
}

/** Of a forgotten player nothing is known but the id, so whatever comes with it counts as a repeat: it cannot count twice. */
function isRepeat(
  { playerId, score }: Submission,
  seen: Pick<KnownSubmission, 'playerId' | 'score'>,
): boolean {
  return seen.playerId === null || (seen.playerId === playerId && seen.score === score);
}

/**
 * Numbers the board anew if there are no numbers left for this batch: its players keep their order. Half of the numbers are for those
 * there are, whom the rebuild numbers: to count them would hold the board for as long as it is large.
 */
async function makeRoom(transaction: Queryable, board: Board, sequence: number): Promise<Board> {
  const composite = new CompositeScore(board);
  if (!composite.isExhaustedBy(sequence)) return board;
  const renumbered = {
    edition: board.edition + 1,
    base: board.sequence,
    headroom: Math.floor(composite.span / 2),
  };
  await transaction.query('UPDATE boards SET edition = $2, base = $3, headroom = $4 WHERE board = $1', [
    board.board,
    renumbered.edition,
    renumbered.base,
    renumbered.headroom,
  ]);
  return { ...board, ...renumbered };
}

/** Its advice must not make other rows count twice: who sends these with new ids, too, submits them again. */
function conflict(submissions: readonly Submission[], rows: readonly number[]): LeaderboardError {
  const message = 'was submitted before with another player or score';
  const fields = rows.map((row) => (submissions.length > 1 ? `${row}.submissionId` : 'submissionId'));
  return new LeaderboardError(
    'E_SUBMISSION_CONFLICT',
    `${fields.join(', ')}: ${message}. This request applied nothing. Give a new id to these rows only and keep the ids of all others: ` +
      'rows that were accepted before are answered as repeats.',
    fields.map((field) => ({ field, message })),
  );
}
