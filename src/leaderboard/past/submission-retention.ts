import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Database, DatabaseUnavailableError } from '../../database/index.js';
import { LEADERBOARD_OPTIONS, type LeaderboardOptions } from '../leaderboard.options.js';

const USUAL_DAYS = 30;
/** Some 700 submissions, 10 ms. Larger passes delay new submissions. */
const PAGES = 10;
const PASS_EVERY_MS = 100;
const SWEEP_EVERY_MS = 3_600_000;
/** At the start, when the tables may not exist yet, and after an error of the database. */
const RETRY_MS = 10_000;

/** Adjustments are kept until their player is removed, and of each board the submission that is its checkpoint. */
const OLD_ROWS = {
  submissions: `submitted_at < $3 AND (reason IS NULL OR player_id IS NULL) AND NOT EXISTS (
    SELECT FROM boards WHERE boards.board = submissions.board AND boards.sequence = submissions.sequence)`,
  answers: 'recorded_at < $3',
};

/**
 * Deletes old submissions and their recorded answers. It sweeps over the pages of the tables, since an index by time would cost each
 * submission a write. Standings do not need them.
 */
@Injectable()
export class SubmissionRetention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Leaderboard');
  private readonly days: number;
  private sweep = this.passes();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly database: Database,
    @Inject(LEADERBOARD_OPTIONS) { submissionRetentionDays = USUAL_DAYS }: LeaderboardOptions,
  ) {
    this.days = submissionRetentionDays;
  }

  onApplicationBootstrap(): void {
    this.timer = setTimeout(() => void this.prune(), RETRY_MS).unref();
  }

  onModuleDestroy(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  /** Deletes what is old in the next pages. Returns how long to wait before the next call, in milliseconds. */
  async pruneSome(): Promise<number> {
    let isOver = true;
    try {
      isOver = (await this.sweep.next()).done === true;
    } finally {
      if (isOver) this.sweep = this.passes();
    }
    return isOver ? SWEEP_EVERY_MS : PASS_EVERY_MS;
  }

  private async prune(): Promise<void> {
    const waitMs = await this.pruneSome().catch((error: Error) => {
      if (!(error instanceof DatabaseUnavailableError))
        this.logger.warn(`Old submissions could not be deleted: ${error.message}`);
      return RETRY_MS;
    });
    if (!this.closed) this.timer = setTimeout(() => void this.prune(), waitMs).unref();
  }

  private async *passes(): AsyncGenerator<void, void> {
    for (const [table, isOld] of Object.entries(OLD_ROWS)) {
      const [at] = await this.database.query<{ before: Date; pages: number }>(
        `SELECT clock_timestamp() - make_interval(days => $1) AS before,
                (pg_relation_size($2::regclass) / current_setting('block_size')::int)::float8 AS pages`,
        [this.days, table],
      );
      for (let page = 0; page < (at?.pages ?? 0); page += PAGES) {
        // Not flushed to disk: new submissions would wait for it, and what a crash restores is deleted by the next sweep.
        await this.database.query(
          `WITH unflushed AS (SELECT set_config('synchronous_commit', 'off', true))
           DELETE FROM ${table} USING unflushed WHERE ${table}.ctid >= $1::tid AND ${table}.ctid < $2::tid AND ${isOld}`,
          [`(${page},0)`, `(${page + PAGES},0)`, at?.before],
        );
        yield;
      }
    }
  }
}
