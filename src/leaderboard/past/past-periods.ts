import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';
import type { BoardWindow } from '../domain/board.js';
import { boardTime, endedSince, windowOf } from '../domain/periods.js';
import { LEADERBOARD_OPTIONS, type LeaderboardOptions } from '../leaderboard.options.js';
import { LOCK_BOARD, type LockedBoard } from '../ledger/board-rows.js';
import { closePeriods } from '../ledger/closed-periods.js';
import { DatabaseClock } from '../ledger/database-clock.js';
import { LeaderboardLedger } from '../ledger/leaderboard.ledger.js';

const USUALLY_KEPT = { days: 60, weeks: 26, months: 24 };

/** A day, week or month that has ended and whose scores are kept. */
export interface PastPeriod {
  window: BoardWindow;
  /** `2026-11-24`, `2026-W48` or `2026-11`. */
  period: string;
  /** When it ended. */
  endsAt: string;
}

/**
 * The archive of ended periods: their standings stay in the ledger, and a row of `past_periods` says that they are complete. The row is
 * deleted before the standings are.
 */
@Injectable()
export class PastPeriods {
  private readonly kept: Required<NonNullable<LeaderboardOptions['kept']>>;

  constructor(
    private readonly database: Database,
    private readonly ledger: LeaderboardLedger,
    private readonly clock: DatabaseClock,
    @Inject(LEADERBOARD_OPTIONS) { kept }: LeaderboardOptions,
  ) {
    this.kept = { ...USUALLY_KEPT, ...kept };
  }

  /** The newest first. @throws {LeaderboardError} E_BOARD_UNKNOWN */
  async list(board: string): Promise<PastPeriod[]> {
    await this.closeEnded(board);
    const rows = await this.database.query<{ period: string; endedAt: Date }>(
      'SELECT period, ended_at AS "endedAt" FROM past_periods WHERE board = $1 AND season IS NULL ORDER BY ended_at DESC, period DESC',
      [board],
    );
    return rows.map(({ period, endedAt }) => ({
      window: windowOf(period),
      period,
      endsAt: endedAt.toISOString(),
    }));
  }

  /** When a past period ended; null if its scores are not kept. */
  async endOf(board: string, period: string): Promise<Date | null> {
    const sql =
      'SELECT ended_at AS "endedAt" FROM past_periods WHERE board = $1 AND period = $2 AND season IS NULL';
    const find = () => this.database.query<{ endedAt: Date }>(sql, [board, period]);
    const [listed] = await find();
    if (listed) return listed.endedAt;
    await this.closeEnded(board, period);
    // Also if there was nothing to close: a batch may have closed it since the first look.
    return (await find())[0]?.endedAt ?? null;
  }

  /**
   * Closes periods that ended without a later score; a batch does it otherwise. It waits for a batch that was accepted before the end.
   * Does nothing if the period that the caller wants is none of them.
   */
  private async closeEnded(board: string, wanted?: string): Promise<void> {
    const over = endedSince(await this.ledger.board(board), (await this.clock.now()).getTime());
    if (over.length === 0 || (wanted && !over.some(({ name }) => name === wanted))) return;
    await this.database.transaction(async (transaction) => {
      const [locked] = await transaction.query<LockedBoard>(LOCK_BOARD, [board]);
      if (!locked) return;
      const at = boardTime(locked.acceptedAt, locked.now);
      const ended = endedSince(locked, at.getTime());
      await closePeriods(transaction, board, ended);
      // The periods of that time have no scores yet.
      const sql = "UPDATE boards SET accepted_at = $2, periods = '{}' WHERE board = $1";
      if (ended.length > 0) await transaction.query(sql, [board, at]);
    });
  }

  /** Gives up the periods that have been kept for long enough. Their standings are deleted later: `EndedPeriods`. */
  async expire(): Promise<void> {
    const { days, weeks, months } = this.kept;
    await this.database.query(
      `WITH expired AS (
         DELETE FROM past_periods WHERE season IS NULL AND ended_at < clock_timestamp() - CASE length(period)
           WHEN 10 THEN make_interval(days => $1) WHEN 8 THEN make_interval(weeks => $2) ELSE make_interval(months => $3) END
         RETURNING board, period)
       UPDATE boards SET ended_periods = ended_periods || e.periods
       FROM (SELECT board, array_agg(period) AS periods FROM expired GROUP BY board) AS e WHERE e.board = boards.board`,
      [days, weeks, months],
    );
  }
}
