import { expect } from 'vitest';
import type { BoardDefinition, BoardWindow } from '../../../../src/leaderboard/index.js';
import { queryDatabase } from '../../../support/database.js';
import type { BoardNode, BoardNodes } from '../board-nodes.js';

export interface OracleEntry {
  rank: number;
  playerId: string;
  score: number;
}

/** What a score makes of the one before. */
const COMBINED = {
  best: (order: string) => `${order === 'desc' ? 'greatest' : 'least'}(r.score, s.score)`,
  sum: () => 'r.score + s.score',
  latest: () => 's.score',
};

const PERIOD_NAMES = { daily: 'YYYY-MM-DD', weekly: 'IYYY-"W"IW', monthly: 'YYYY-MM' };

/** The name of the period of a window at a time. PostgreSQL has its own list of time zones. */
function periodOf(
  window: BoardWindow,
  time: string,
  { timeZone = 'UTC', resetHour = 0 }: Partial<BoardDefinition>,
): string {
  if (window === 'all') return `'all'`;
  const local = `(${time})::timestamptz AT TIME ZONE '${timeZone}' - make_interval(hours => ${resetHour})`;
  return `to_char(${local}, '${PERIOD_NAMES[window]}')`;
}

/** The versions of a board within a season: after the first, and up to the second. */
export type SeasonVersions = [after: number, upTo: number];

const EVERYTHING: SeasonVersions = [-1, Number.MAX_SAFE_INTEGER];

interface OracleQuestion {
  window: BoardWindow;
  now: Date;
  period?: string | null;
  season?: SeasonVersions;
}

/** The first batch after a version. One that changed nothing at the end of a season belongs to it: in the next each score is a first one. */
function batchAfter(version: number): string {
  return `coalesce((SELECT min(batch) FROM submissions WHERE board = $1 AND sequence > ${version}), ${Number.MAX_SAFE_INTEGER})`;
}

/** The ranking that SQL computes from the submissions alone. Without a `period`, that of the period at `now`. */
export async function askOracle(
  databaseUrl: string,
  board: string,
  definition: BoardDefinition,
  { window, now, period = null, season = EVERYTHING }: OracleQuestion,
): Promise<OracleEntry[]> {
  const { order, operator, ties, min, max } = definition;
  const rank = ties === 'first' ? 'row_number()' : 'rank()';
  const by = ties === 'first' ? `score ${order}, n` : `score ${order}`;
  // A correction of a shorter window stops at the bounds. Without a score it has no effect: the sum is null.
  const correction =
    window === 'all' ? 's.score' : `least(greatest(s.score, ${min} - r.score), ${max} - r.score)`;
  const wanted = `coalesce($3, ${periodOf(window, '$2', definition)})`;
  const rows = await queryDatabase<{ rank: string; player_id: string; score: string }>(
    databaseUrl,
    `WITH RECURSIVE s AS (
       SELECT player_id, score, reason IS NOT NULL AS adjusts, batch * 100000 + row_in_batch AS n,
              row_number() OVER (PARTITION BY player_id ORDER BY batch, row_in_batch) AS nth
       FROM submissions WHERE board = $1 AND player_id IS NOT NULL AND $2::timestamptz IS NOT NULL
       AND ${periodOf(window, 'submitted_at', definition)} = ${wanted}
       AND batch >= ${batchAfter(season[0])} AND batch < ${batchAfter(season[1])}
     ), r AS (
       SELECT player_id, nth, CASE WHEN NOT adjusts THEN score END AS score, n FROM s WHERE nth = 1
       UNION ALL
       SELECT s.player_id, s.nth, next.score, CASE WHEN next.score IS DISTINCT FROM r.score THEN s.n ELSE r.n END
       FROM r JOIN s ON s.player_id = r.player_id AND s.nth = r.nth + 1, LATERAL (
         SELECT CASE WHEN adjusts THEN r.score + ${correction} WHEN r.score IS NULL THEN s.score ELSE ${COMBINED[operator](order)} END AS score
       ) AS next
     ), scores AS (SELECT DISTINCT ON (player_id) player_id, score, n FROM r ORDER BY player_id, nth DESC)
     SELECT ${rank} OVER (ORDER BY ${by}) AS rank, player_id, score FROM scores
     WHERE score IS NOT NULL ORDER BY score ${order}, n`,
    [board, now, period],
  );
  return rows.map((row) => ({ rank: Number(row.rank), playerId: row.player_id, score: Number(row.score) }));
}

/** The periods before the current one in which scores were accepted. */
async function pastPeriods(
  { databaseUrl, clock }: BoardNodes,
  board: string,
  definition: BoardDefinition,
): Promise<{ window: BoardWindow; period: string }[]> {
  const past = definition.windows.map(async (window) => {
    const rows = await queryDatabase<{ period: string }>(
      databaseUrl,
      `SELECT DISTINCT ${periodOf(window, 'submitted_at', definition)} AS period FROM submissions
       WHERE board = $1 AND ${periodOf(window, 'submitted_at', definition)} <> ${periodOf(window, '$2', definition)}
       AND $2::timestamptz IS NOT NULL`,
      [board, clock.now],
    );
    return rows.map(({ period }) => ({ window, period }));
  });
  return (await Promise.all(past)).flat();
}

interface OracleScope {
  definition: BoardDefinition;
  /** The version at the end of each closed season. */
  seasons: ReadonlyMap<string, number>;
  /** Also compares ended periods and closed seasons. */
  withPast: boolean;
}

/** Compares all that both nodes answer about a board with the oracle. @returns how many ranks were compared. */
export async function compareWithOracle(
  boards: BoardNodes,
  board: string,
  { definition, seasons, withPast }: OracleScope,
): Promise<{ comparisons: number; past: number }> {
  let comparisons = 0;
  const { databaseUrl, clock, nodes } = boards;
  for (const window of definition.windows) {
    const begun = Math.max(-1, ...seasons.values());
    const season: SeasonVersions = window === 'all' ? [begun, EVERYTHING[1]] : EVERYTHING;
    const expected = await askOracle(databaseUrl, board, definition, { window, now: clock.now, season });
    comparisons += await comparePeriod(boards, { board, window }, expected);
  }
  if (!withPast) return { comparisons, past: 0 };
  const past = await pastPeriods(boards, board, definition);
  const { periods: listed } = await nodes[1].leaderboard.periods(board);
  expect(listed.map(({ period }) => period).toSorted()).toEqual(past.map(({ period }) => period).toSorted());
  for (const { window, period } of past) {
    const expected = await askOracle(databaseUrl, board, definition, { window, now: clock.now, period });
    comparisons += await comparePeriod(boards, { board, window, period }, expected);
  }
  const closed = [...seasons].map(([season, upTo], i, all) => ({
    season,
    versions: [all[i - 1]?.[1] ?? -1, upTo],
  }));
  const { seasons: named } = await nodes[0].leaderboard.seasons(board);
  expect(named.map(({ season }) => season).toReversed()).toEqual([...seasons.keys()]);
  for (const { season, versions } of closed) {
    const question = { window: 'all', now: clock.now, season: versions as SeasonVersions } as const;
    const expected = await askOracle(databaseUrl, board, definition, question);
    comparisons += await comparePeriod(boards, { board, window: 'all', season }, expected);
  }
  return { comparisons, past: past.length };
}

async function comparePeriod(
  { nodes }: BoardNodes,
  { board, window, ...when }: { board: string; window: BoardWindow; period?: string; season?: string },
  expected: OracleEntry[],
): Promise<number> {
  for (const { leaderboard } of nodes) {
    const page = await leaderboard.page(board, { window, ...when, offset: 0, limit: 1000 });
    expect([page.degraded, page.final]).toEqual([undefined, Object.keys(when).length > 0 || undefined]);
    expect(page.total).toBe(expected.length);
    expect(page.entries.map(bare)).toEqual(expected);
    const friends = expected.filter((_, i) => i % 3 === 0);
    const asked = [...friends.map(({ playerId }) => playerId), 'nobody'];
    const { entries } = await leaderboard.ranks(board, window, asked, when);
    expect(entries.map(bare)).toEqual(friends);
  }
  for (const [i, entry] of expected.entries()) {
    const { leaderboard } = nodes[i % 2] as BoardNode;
    const { rank, score, total, percentile } = await leaderboard.rankOf(board, window, entry.playerId, when);
    expect([rank, score, total]).toEqual([entry.rank, entry.score, expected.length]);
    const atOrBelow = expected.filter((other) => other.rank >= entry.rank).length;
    expect(percentile).toBeCloseTo((100 * atOrBelow) / expected.length);
    if (i % 4 > 0) continue;
    const around = await leaderboard.neighbours(board, entry.playerId, { window, ...when, radius: 2 });
    expect(around.entries.map(bare)).toEqual(expected.slice(Math.max(0, i - 2), i + 3));
  }
  return 3 * expected.length;
}

function bare({ rank, playerId, score }: { rank: number | null; playerId: string; score: number }) {
  return { rank, playerId, score };
}
