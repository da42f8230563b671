import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';
import { LEADERBOARD_OPTIONS, type LeaderboardOptions } from '../leaderboard.options.js';

const USUAL_DAYS = 30;
/** Some 7,000 submissions: as many as fit in a tenth of a second. */
const PAGES = 100;
/** A sweep that has reached the end of a table begins again after this. */
const PAUSE_MS = 3_600_000;

/** Adjustments are kept, and of each board the submission that is its checkpoint. */
const OLD_ROWS = {
  submissions: `submitted_at < $3 AND reason IS NULL AND NOT EXISTS (
    SELECT FROM boards WHERE boards.board = submissions.board AND boards.sequence = submissions.sequence)`,
  answers: 'recorded_at < $3',
};

/**
 * Deletes old submissions and their recorded answers. It sweeps over the pages of the tables, since an index by time would cost each
 * submission a write. Standings do not need them.
 */
@Injectable()
export class SubmissionRetention {
  private readonly sweeps = Object.entries(OLD_ROWS).map(([table, isOld]) => {
    return { table, isOld, page: 0, beginsAt: -Infinity };
  });
  private readonly days: number;

  constructor(
    private readonly database: Database,
    @Inject(LEADERBOARD_OPTIONS) { submissionRetentionDays = USUAL_DAYS }: LeaderboardOptions,
  ) {
    this.days = submissionRetentionDays;
  }

  /** Deletes what is old in the next pages. Returns false when both sweeps are at their end. */
  async pruneSome(): Promise<boolean> {
    const [before] = await this.database.query<{ time: Date }>(
      'SELECT clock_timestamp() - make_interval(days => $1) AS time',
      [this.days],
    );
    for (const sweep of this.sweeps) {
      if (performance.now() < sweep.beginsAt) continue;
      const { table, isOld, page } = sweep;
      await this.database.query(
        `DELETE FROM ${table} WHERE ctid >= $1::tid AND ctid < $2::tid AND ${isOld}`,
        [`(${page},0)`, `(${page + PAGES},0)`, before?.time],
      );
      const isAtEnd = page + PAGES >= (await this.pagesOf(table));
      Object.assign(
        sweep,
        isAtEnd ? { page: 0, beginsAt: performance.now() + PAUSE_MS } : { page: page + PAGES },
      );
    }
    return this.sweeps.some(({ beginsAt }) => performance.now() >= beginsAt);
  }

  private async pagesOf(table: string): Promise<number> {
    const [row] = await this.database.query<{ pages: number }>(
      `SELECT (pg_relation_size($1::regclass) / current_setting('block_size')::int)::float8 AS pages`,
      [table],
    );
    return row?.pages ?? 0;
  }
}
