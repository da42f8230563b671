import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LocalEngine } from '../../../../local/index.js';
import { EndedPeriods } from '../../../../src/leaderboard/ledger/ended-periods.js';
import { redisLike } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { until } from '../../../support/until.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { type BoardNode, type BoardNodes, startBoardNodes } from '../board-nodes.js';

const WINDOWS = ['all', 'daily', 'weekly', 'monthly'] as const;
const DAY_MS = 86_400_000;
/** CLOCK_RUNS=100 for a long run. */
const RUNS = Number(process.env['CLOCK_RUNS'] ?? 10);

describe('the windows of a board', () => {
  let engine: LocalEngine;
  let boards: BoardNodes;
  beforeAll(async () => {
    engine = await startTestEngine(redisLike());
    boards = await startBoardNodes(engine.url);
  });
  afterEach(() => void vi.useRealTimers());
  afterAll(async () => {
    await boards.close();
    await engine.stop();
  });

  const submit = async (board: string, playerId: string, node = 0) => {
    const { leaderboard } = boards.nodes[node] as BoardNode;
    await leaderboard.submit(board, [{ submissionId: randomUUID(), playerId, score: 1 }]);
  };

  async function playersIn(board: string): Promise<string[][]> {
    await boards.settled(board);
    const pages = await Promise.all(WINDOWS.map((window) => boards.whole(board, window)));
    return pages.map(({ entries }) => entries.map(({ playerId }) => playerId));
  }

  /** As the audit of each node does once a second. */
  async function clearEndedPeriods(): Promise<void> {
    while (await boards.nodes[0].get(EndedPeriods).deleteSome(1_000));
  }

  it('contain what was submitted, however wrong the clocks of nodes are', async () => {
    const skew = fc.integer({ min: -400, max: 400 });
    const write = fc.record({ node: fc.nat(1), skew });
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 2, maxLength: 6 }), async (writes) => {
        const board = await boards.newBoard({ windows: [...WINDOWS] });
        const players: string[] = [];
        for (const { node, skew: days } of writes) {
          vi.setSystemTime(Date.now() + days * DAY_MS);
          players.push(`p${players.length}`);
          // Another writer at the same time.
          await Promise.all([submit(board, players.at(-1) as string, node), submit(board, 'both', 1 - node)]);
          vi.useRealTimers();
          await clearEndedPeriods();
        }
        for (const shown of await playersIn(board)) expect(shown.toSorted()).toEqual(['both', ...players]);
      }),
      { numRuns: RUNS },
    );
    console.log(`${RUNS} runs with clocks up to 400 days wrong`);
  });

  it('contain their scores again after a node of an earlier release with a wrong clock had ended them', async () => {
    const board = await boards.newBoard({ windows: [...WINDOWS] });
    await submit(board, 'before');
    await queryDatabase(
      boards.databaseUrl,
      `UPDATE boards SET ended_periods = periods, periods = '{2999-01-01,2999-W01,2999-01}',
         accepted_at = accepted_at + interval '40 days' WHERE board = $1`,
      [board],
    );
    await clearEndedPeriods();
    await submit(board, 'after', 1);
    expect(await playersIn(board)).toEqual(WINDOWS.map(() => ['before', 'after']));
  });

  it('are deleted from the ledger when they have ended by the clock of the database, and not before', async () => {
    const board = await boards.newBoard({ windows: [...WINDOWS] });
    const periods = async () => {
      const sql = 'SELECT DISTINCT period FROM standings WHERE board = $1';
      const rows = await queryDatabase<{ period: string }>(boards.databaseUrl, sql, [board]);
      return rows.map(({ period }) => period);
    };
    await submit(board, 'early');
    const before = await periods();
    await clearEndedPeriods();
    expect((await periods()).toSorted()).toEqual(before.toSorted());
    await boards.clock.advance(40 * DAY_MS);
    await submit(board, 'late');
    await clearEndedPeriods();
    expect(await periods()).toHaveLength(WINDOWS.length);
    expect((await periods()).filter((period) => before.includes(period))).toEqual(['all']);
    expect(await playersIn(board)).toEqual([['early', 'late'], ['late'], ['late'], ['late']]);
  });

  it('end in the sorted sets and in the ledger, without a change of version', async () => {
    const board = await boards.newBoard({ operator: 'sum', windows: ['all', 'daily'] });
    const [{ leaderboard }] = boards.nodes;
    const today = boards.clock.now.toISOString().slice(0, 10);
    await leaderboard.submit(board, [{ submissionId: 'today', playerId: 'a', score: 1 }]);
    const expiry = await engine.command('EXPIRETIME', `${boards.prefix}:board:{${board}}:${today}`);
    expect(Number(expiry)).toBe(Date.parse(today) / 1000 + 2 * 86_400);

    await boards.clock.advance(DAY_MS);
    expect(await boards.whole(board, 'daily')).toMatchObject({ total: 0, version: 1, entries: [] });
    expect(await boards.whole(board, 'all')).toMatchObject({ total: 1, version: 1 });
    await leaderboard.submit(board, [{ submissionId: 'tomorrow', playerId: 'b', score: 1 }]);
    expect(await boards.whole(board, 'daily')).toMatchObject({ total: 1, entries: [{ playerId: 'b' }] });
    await until(async () => {
      const sql = 'SELECT FROM standings WHERE board = $1 AND period = $2';
      return (await queryDatabase(boards.databaseUrl, sql, [board, today])).length === 0;
    });
  });
});
