import type { Queryable } from '../../database/index.js';
import type { Submission } from '../api/leaderboard.schemas.js';
import type { Period } from '../domain/periods.js';
import type { Standing } from '../domain/standings.js';
import { type Board, type BoardRow, meritOf } from './board.js';

/** Where a submission is in the ledger, and so where its answer is. */
export interface Place {
  batch: number;
  row: number;
}

export interface NewSubmission extends Place, Submission {
  /** null if it changed nothing. */
  sequence: number | null;
}

/** One statement for the submissions, the standings and the board. */
export async function writeBatch(
  transaction: Queryable,
  {
    row,
    board,
    periods,
    changed,
    sequence,
    mark,
    joined,
    rows,
  }: {
    row: BoardRow;
    board: Board;
    periods: Period[];
    changed: Standing[];
    sequence: number;
    mark: string;
    joined: number;
    rows: NewSubmission[];
  },
): Promise<void> {
  const names = periods.filter(({ endsAt }) => endsAt !== null).map(({ name }) => name);
  await transaction.query(
    `WITH written AS (
       INSERT INTO submissions (board, submission_id, player_id, score, sequence, batch, row_in_batch, submitted_at)
       SELECT $1, id, player, score, sequence, $6, row, to_timestamp($7::double precision / 1000)
       FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $14::int[]) AS s(id, player, score, sequence, row)
     ), standing AS (
       INSERT INTO standings (board, period, player_id, merit, sequence)
       SELECT $1, period, player, merit, sequence
       FROM unnest($8::text[], $9::text[], $10::bigint[], $11::bigint[]) AS s(period, player, merit, sequence)
       ON CONFLICT (board, player_id, period) DO UPDATE SET merit = excluded.merit, sequence = excluded.sequence
     )
     UPDATE boards SET sequence = $12, players = players + $13, batches = $6,
       accepted_at = to_timestamp($7::double precision / 1000), periods = $15, mark = $16,
       ended_periods = ARRAY(SELECT unnest(ended_periods || periods) EXCEPT SELECT unnest($15::text[]))
     WHERE board = $1`,
    [
      board.board,
      rows.map(({ submissionId }) => submissionId),
      rows.map(({ playerId }) => playerId),
      rows.map(({ score }) => score),
      rows.map((each) => each.sequence),
      Number(row.batches) + 1,
      Number(row.accepted_at),
      changed.map(({ period }) => period),
      changed.map(({ playerId }) => playerId),
      changed.map(({ score }) => meritOf(board, score)),
      changed.map((standing) => standing.sequence),
      sequence,
      joined,
      rows.map((each) => each.row),
      names,
      mark,
    ],
  );
}
