import type { Queryable } from '../../database/index.js';
import type { Period } from '../domain/periods.js';

/**
 * Lists periods that have ended as complete. The transaction must have locked the board's row, and must move the time of its newest
 * scores behind their end: then no later batch can add to them.
 */
export async function closePeriods(
  transaction: Queryable,
  board: string,
  ended: readonly Period[],
): Promise<void> {
  if (ended.length === 0) return;
  await transaction.query(
    `INSERT INTO past_periods (board, period, ended_at)
     SELECT $1, period, to_timestamp(ended_at) FROM unnest($2::text[], $3::float8[]) AS p(period, ended_at)
     ON CONFLICT DO NOTHING`,
    [board, ended.map(({ name }) => name), ended.map(({ endsAt }) => endsAt)],
  );
}
