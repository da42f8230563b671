import { Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';
import type { BatchRow } from '../domain/batch-draft.js';

/** The answer to one submission. Ranks are null where the engine could not report them. */
export interface Answer {
  score: number;
  rank: number | null;
  previousRank: number | null;
}

/** Answers to submissions, one row per batch, so that a repeated submission gets the same answer. */
@Injectable()
export class RecordedAnswers {
  constructor(private readonly database: Database) {}

  /**
   * Records answers before they are sent, in the order of the batch's rows. Unlike the submissions they are not flushed to disk: if
   * PostgreSQL crashes at that moment, a repeat is answered with the ranks it has then.
   */
  async record(board: string, batch: number, answers: readonly Answer[]): Promise<void> {
    await this.database.query(
      `WITH unflushed AS (SELECT set_config('synchronous_commit', 'off', true))
       INSERT INTO answers (board, batch, scores, ranks, previous_ranks, recorded_at)
       SELECT $1, $2::bigint, $3::bigint[], $4::bigint[], $5::bigint[], clock_timestamp() FROM unflushed ON CONFLICT DO NOTHING`,
      [
        board,
        batch,
        answers.map(({ score }) => score),
        answers.map(({ rank }) => rank),
        answers.map(({ previousRank }) => previousRank),
      ],
    );
  }

  /** The answer to each of these rows; null where its batch has not been answered. */
  async find(board: string, rows: readonly BatchRow[]): Promise<(Answer | null)[]> {
    const found = await this.database.query<BatchRow & Answer>(
      `SELECT p.batch::float8 AS batch, p.row, scores[p.row + 1]::float8 AS score, ranks[p.row + 1]::float8 AS rank,
              previous_ranks[p.row + 1]::float8 AS "previousRank"
       FROM unnest($2::bigint[], $3::int[]) AS p(batch, row) JOIN answers ON board = $1 AND answers.batch = p.batch`,
      [board, rows.map(({ batch }) => batch), rows.map(({ row }) => row)],
    );
    const answers = new Map(found.map(({ batch, row, ...answer }) => [`${batch}:${row}`, answer]));
    return rows.map(({ batch, row }) => answers.get(`${batch}:${row}`) ?? null);
  }
}
