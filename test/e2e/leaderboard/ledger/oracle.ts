import { expect } from 'vitest';
import type { BoardDefinition, BoardWindow } from '../../../../src/leaderboard/index.js';
import { queryDatabase } from '../../../support/database.js';
import type { BoardNodes } from '../board-nodes.js';

export interface OracleEntry {
  rank: number;
  playerId: string;
  score: number;
}

/** For each player the score that counts, and the number of the submission since which it does. */
const SCORES = {
  best: (order: string) => `SELECT DISTINCT ON (player_id) player_id, score, n FROM s
                            ORDER BY player_id, score ${order}, n`,
  sum: () => `SELECT player_id, sum(score) AS score, max(n) FILTER (WHERE score <> 0 OR before IS NULL) AS n
              FROM s GROUP BY player_id`,
  latest: () => `SELECT DISTINCT ON (player_id) player_id, score, n FROM s
                 WHERE score IS DISTINCT FROM before ORDER BY player_id, n DESC`,
};

const PERIOD_UNIT = { daily: 'day', weekly: 'week', monthly: 'month' };

/** The ranking that SQL computes from the submissions alone. */
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

/** Compares all that both nodes answer about a board with the oracle. @returns how many ranks were compared. */
export async function compareWithOracle(
  boards: BoardNodes,
  board: string,
  definition: BoardDefinition,
): Promise<number> {
  let comparisons = 0;
  for (const window of definition.windows) {
    const expected = await askOracle(boards.databaseUrl, board, definition, {
      window,
      now: boards.clock.now,
    });
    for (const { leaderboard } of boards.nodes) {
      const page = await leaderboard.page(board, { window, offset: 0, limit: 1000 });
      expect(page.degraded).toBeUndefined();
      expect(page.total).toBe(expected.length);
      expect(page.entries.map(bare)).toEqual(expected);
      comparisons += expected.length;
    }
    const { leaderboard } = boards.nodes[0];
    for (const [i, entry] of expected.entries()) {
      const { total, percentile, ...place } = await leaderboard.rankOf(board, window, entry.playerId);
      expect({ ...place, total }).toEqual({ rank: entry.rank, score: entry.score, total: expected.length });
      const atOrBelow = expected.filter(({ rank }) => rank >= entry.rank).length;
      comparisons++;
      expect(percentile).toBeCloseTo((100 * atOrBelow) / expected.length);
      if (i % 4 > 0) continue;
      const around = await leaderboard.neighbours(board, entry.playerId, { window, radius: 2 });
      expect(around.entries.map(bare)).toEqual(expected.slice(Math.max(0, i - 2), i + 3));
    }
    const friends = expected.filter((_, i) => i % 3 === 0);
    const { entries } = await leaderboard.ranks(board, window, [
      ...friends.map(({ playerId }) => playerId),
      'nobody',
    ]);
    expect(entries.map(bare)).toEqual(friends);
  }
  return comparisons;
}

function bare({ rank, playerId, score }: { rank: number | null; playerId: string; score: number }) {
  return { rank, playerId, score };
}
