import { Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';

/** The period of the same kind that is current by the database's clock. Names of one kind sort by time. */
const CURRENT_PERIOD = `to_char(clock_timestamp() AT TIME ZONE 'UTC',
  CASE length(period) WHEN 10 THEN 'YYYY-MM-DD' WHEN 8 THEN 'IYYY-"W"IW' ELSE 'YYYY-MM' END)`;

/** Deletes from the ledger the standings of days, weeks and months that are no longer kept. */
@Injectable()
export class EndedPeriods {
  constructor(private readonly database: Database) {}

  /** Deletes at most `limit` standings of one ended period. @returns whether there may be more. */
  async deleteSome(limit: number): Promise<boolean> {
    const [ended] = await this.database.query<{ board: string; period: string }>(
      `SELECT board, period FROM boards, unnest(ended_periods) AS period
       WHERE ended_periods <> $1 AND period COLLATE "C" < ${CURRENT_PERIOD} LIMIT 1`,
      [[]],
    );
    if (!ended) return false;
    const { board, period } = ended;
    const deleted = await this.database.query(
      `DELETE FROM standings WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM standings WHERE board = $1 AND period = $2 LIMIT $3)) RETURNING 1`,
      [board, period, limit],
    );
    if (deleted.length < limit) {
      await this.database.query(
        `UPDATE boards SET ended_periods = array_remove(ended_periods, $2) WHERE board = $1
         AND NOT EXISTS (SELECT FROM standings WHERE board = $1 AND period = $2)`,
        [board, period],
      );
    }
    return true;
  }
}
