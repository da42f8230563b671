import type { Queryable } from '../database/index.js';
import { LeaderboardError } from './leaderboard.errors.js';
import type { Submission } from './leaderboard.schemas.js';
import type { Standing } from './standings.js';

/** What was answered to a submission, so that a repeat gets the same. */
export interface RememberedAnswer {
  submissionId: string;
  score: number;
  rank: number;
  previousRank: number | null;
}

interface SubmissionRow {
  submission_id: string;
  player_id: string;
  score: string;
  answered_score: string | null;
  answered_rank: string | null;
  answered_previous_rank: string | null;
}

export interface StandingRow {
  player_id: string;
  score: string;
  sequence: string;
}

/**
 * Writes the submissions that are new, and finds those that are repeats.
 *
 * @throws {LeaderboardError} E_SUBMISSION_CONFLICT if an id was used for something else.
 */
export async function record(transaction: Queryable, board: string, submissions: Submission[]) {
  const inserted = await transaction.query<{ submission_id: string }>(
    `INSERT INTO submissions (board, submission_id, player_id, score)
     SELECT $1, id, player, score FROM unnest($2::text[], $3::text[], $4::bigint[]) AS s(id, player, score)
     ON CONFLICT DO NOTHING RETURNING submission_id`,
    [
      board,
      submissions.map(({ submissionId }) => submissionId),
      submissions.map(({ playerId }) => playerId),
      submissions.map(({ score }) => score),
    ],
  );
  const unclaimed = new Set(inserted.map(({ submission_id }) => submission_id));
  const fresh = submissions.filter(({ submissionId }) => unclaimed.delete(submissionId));
  if (fresh.length === submissions.length)
    return { fresh, repeats: new Map<string, RememberedAnswer | null>() };

  const known = await transaction.query<SubmissionRow>(
    `SELECT submission_id, player_id, score, answered_score, answered_rank, answered_previous_rank
     FROM submissions WHERE board = $1 AND submission_id = ANY($2)`,
    [board, submissions.map(({ submissionId }) => submissionId)],
  );
  const byId = new Map(known.map((row) => [row.submission_id, row]));
  for (const { submissionId, playerId, score } of submissions) {
    const row = byId.get(submissionId);
    if (row?.player_id !== playerId || Number(row.score) !== score) {
      throw new LeaderboardError(
        'E_SUBMISSION_CONFLICT',
        `The submission "${submissionId}" was made before with another player or score. Give each its own id. Nothing was applied.`,
      );
    }
  }
  const isFresh = new Set(fresh.map(({ submissionId }) => submissionId));
  const repeats = new Map(
    known.filter((row) => !isFresh.has(row.submission_id)).map((row) => [row.submission_id, readAnswer(row)]),
  );
  return { fresh, repeats };
}

export async function standingsOf(
  transaction: Queryable,
  board: string,
  playerIds: string[],
): Promise<Standing[]> {
  const rows = await transaction.query<StandingRow>(
    'SELECT player_id, score, sequence FROM standings WHERE board = $1 AND player_id = ANY($2)',
    [board, playerIds],
  );
  return rows.map(readStanding);
}

export async function writeStandings(
  transaction: Queryable,
  board: string,
  changed: Standing[],
  sequence: number,
) {
  await transaction.query(
    `INSERT INTO standings (board, player_id, score, sequence)
     SELECT $1, player, score, sequence FROM unnest($2::text[], $3::bigint[], $4::bigint[]) AS s(player, score, sequence)
     ON CONFLICT (board, player_id) DO UPDATE SET score = excluded.score, sequence = excluded.sequence`,
    [
      board,
      changed.map(({ playerId }) => playerId),
      changed.map(({ score }) => score),
      changed.map((standing) => standing.sequence),
    ],
  );
  await transaction.query('UPDATE boards SET sequence = $2 WHERE board = $1', [board, sequence]);
}

export function readStanding({ player_id, score, sequence }: StandingRow): Standing {
  return { playerId: player_id, score: Number(score), sequence: Number(sequence) };
}

function readAnswer(row: SubmissionRow): RememberedAnswer | null {
  if (row.answered_score === null || row.answered_rank === null) return null;
  return {
    submissionId: row.submission_id,
    score: Number(row.answered_score),
    rank: Number(row.answered_rank),
    previousRank: row.answered_previous_rank === null ? null : Number(row.answered_previous_rank),
  };
}
