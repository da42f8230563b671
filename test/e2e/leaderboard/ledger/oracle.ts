import type { BoardDefinition, BoardWindow } from '../../../../src/leaderboard/index.js';
import { queryDatabase } from '../../../support/database.js';

export interface OracleEntry {
  rank: number;
  playerId: string;
  score: number;
}

/** Of a player's submissions in their order: the score, and the one since which it has been that. */
const SCORES = {
  best: (order: string) => `SELECT DISTINCT ON (player_id) player_id, score, n FROM s
                            ORDER BY player_id, score ${order}, n`,
  sum: () => `SELECT player_id, sum(score) AS score, max(n) FILTER (WHERE score <> 0 OR before IS NULL) AS n
              FROM s GROUP BY player_id`,
  latest: () => `SELECT DISTINCT ON (player_id) player_id, score, n FROM s
                 WHERE score IS DISTINCT FROM before ORDER BY player_id, n DESC`,
};

const PERIOD_UNIT = { daily: 'day', weekly: 'week', monthly: 'month' };

/** What a board has to show, worked out by SQL from the submissions alone. */
export async function askOracle(
  databaseUrl: string,
  board: string,
  { order, operator, ties }: BoardDefinition,
  { window, now }: { window: BoardWindow; now: Date },
): Promise<OracleEntry[]> {
  const isCurrent =
    window === 'all'
      ? '$2::timestamptz IS NOT NULL'
      : `date_trunc('${PERIOD_UNIT[window]}', submitted_at, 'UTC') = date_trunc('${PERIOD_UNIT[window]}', $2::timestamptz, 'UTC')`;
  const rank = ties === 'first' ? 'row_number()' : 'rank()';
  const by = ties === 'first' ? `score ${order}, n` : `score ${order}`;
  const rows = await queryDatabase<{ rank: string; player_id: string; score: string }>(
    databaseUrl,
    `WITH s AS (
       SELECT player_id, score, batch * 100000 + row_in_batch AS n,
              lag(score) OVER (PARTITION BY player_id ORDER BY batch, row_in_batch) AS before
       FROM submissions WHERE board = $1 AND player_id IS NOT NULL AND ${isCurrent}
     ), scores AS (${SCORES[operator](order)})
     SELECT ${rank} OVER (ORDER BY ${by}) AS rank, player_id, score FROM scores ORDER BY score ${order}, n`,
    [board, now],
  );
  return rows.map((row) => ({ rank: Number(row.rank), playerId: row.player_id, score: Number(row.score) }));
}
