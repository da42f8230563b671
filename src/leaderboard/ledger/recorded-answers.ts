import { Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';
import type { Place } from './write-batch.js';

/** What was answered to one submission; ranks are null where none could be told. */
export interface Answer {
  score: number;
  rank: number | null;
  previousRank: number | null;
}

/** What was answered to submissions, one row for each batch, so that a repeat gets the same. */
@Injectable()
export class LedgerAnswers {
  constructor(private readonly database: Database) {}

  /**
   * Keeps what is about to be answered, in the order of the batch's rows. Not flushed to disk before it is answered, as the submissions
   * are: a server that crashes in that moment costs a repeat the ranks of then, for those of now.
   */
  async keep(board: string, batch: number, answers: readonly Answer[]): Promise<void> {
    await this.database.query(
      `WITH unflushed AS (SELECT set_config('synchronous_commit', 'off', true))
       INSERT INTO answers (board, batch, scores, ranks, previous_ranks)
       SELECT $1, $2::bigint, $3::bigint[], $4::bigint[], $5::bigint[] FROM unflushed ON CONFLICT DO NOTHING`,
      [
        board,
        batch,
        answers.map(({ score }) => score),
        answers.map(({ rank }) => rank),
        answers.map(({ previousRank }) => previousRank),
      ],
    );
  }

  /** What was answered to a row of each batch; null for a batch that has not been answered. */
  async find(board: string, places: readonly Place[]): Promise<(Answer | null)[]> {
    const rows = await this.database.query<{
      batch: string;
      row: number;
      score: string | null;
      rank: string | null;
      previous_rank: string | null;
    }>(
      `SELECT p.batch, p.row, scores[p.row + 1] AS score, ranks[p.row + 1] AS rank,
              previous_ranks[p.row + 1] AS previous_rank
       FROM unnest($2::bigint[], $3::int[]) AS p(batch, row) JOIN answers ON board = $1 AND answers.batch = p.batch`,
      [board, places.map(({ batch }) => batch), places.map(({ row }) => row)],
    );
    const found = new Map(rows.map((row) => [`${row.batch}:${row.row}`, row]));
    return places.map(({ batch, row }) => {
      const kept = found.get(`${batch}:${row}`);
      if (!kept) return null;
      return {
        score: Number(kept.score),
        rank: kept.rank === null ? null : Number(kept.rank),
        previousRank: kept.previous_rank === null ? null : Number(kept.previous_rank),
      };
    });
  }
}
