import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LocalEngine } from '../../../../local/index.js';
import { Database } from '../../../../src/database/index.js';
import type { LeaderboardOptions } from '../../../../src/leaderboard/index.js';
import { EndedPeriods } from '../../../../src/leaderboard/past/ended-periods.js';
import { PastPeriods } from '../../../../src/leaderboard/past/past-periods.js';
import { SubmissionRetention } from '../../../../src/leaderboard/past/submission-retention.js';
import { redisLike } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { until } from '../../../support/until.js';
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

  it('can be read for 60 days, 26 weeks and 24 months after their end, and are deleted then', async () => {
    const board = await boards.newBoard({ windows: [...WINDOWS] });
    const [{ leaderboard }] = boards.nodes;
    const stored = async () => {
      const sql = `SELECT DISTINCT period FROM standings WHERE board = $1 AND period <> 'all'`;
      return (await queryDatabase<{ period: string }>(boards.databaseUrl, sql, [board])).length;
    };
    const readable = async () => {
      const { periods } = await leaderboard.periods(board);
      const pages = periods.map(({ window, period }) =>
        leaderboard.page(board, { window, period, offset: 0, limit: 9 }),
      );
      return (await Promise.all(pages)).map(({ window, total, final }) => [window, total, final]);
    };
    const after = async (days: number) => {
      await boards.clock.advance(days * DAY_MS);
      await boards.nodes[0].get(PastPeriods).expire();
      await clearEndedPeriods();
      return [await stored(), await readable()];
    };
    await submit(board, 'early');
    const today = boards.clock.now.toISOString().slice(0, 10);
    const [month, week, day] = [
      ['monthly', 1, true],
      ['weekly', 1, true],
      ['daily', 1, true],
    ];
    expect(await after(0)).toEqual([3, []]);
    const [, kept] = await after(40);
    expect(kept).toEqual(expect.arrayContaining([month, week, day]));
    expect(await after(25)).toEqual([2, expect.arrayContaining([month, week])]);
    const gone = { window: 'daily', period: today, offset: 0, limit: 9 } as const;
    await expect(leaderboard.page(board, gone)).rejects.toMatchObject({ code: 'E_PERIOD_UNKNOWN' });
    expect(await after(150)).toEqual([1, [month]]);
    expect(await after(600)).toEqual([0, []]);
    expect(await playersIn(board)).toEqual([['early'], [], [], []]);
  });

  it('keep their scores when the submissions are pruned after 30 days, and a repeat counts again then', async () => {
    const [total, best] = [await boards.newBoard({ operator: 'sum' }), await boards.newBoard()];
    const [{ leaderboard }] = boards.nodes;
    const send = async (board: string) => {
      const submissions = ['a', 'b'].map((playerId) => ({ submissionId: playerId, playerId, score: 5 }));
      return (await leaderboard.submit(board, submissions)).map(({ applied, score }) => [applied, score]);
    };
    const prune = async () => {
      const retention = new SubmissionRetention(boards.nodes[0].get(Database), {
        submissionRetentionDays: 30,
      } as LeaderboardOptions);
      // After the end of a sweep it waits much longer.
      while ((await retention.pruneSome()) < 1_000);
    };
    const first = await send(total);
    await send(best);
    await leaderboard.adjust(total, 'a', { adjustmentId: 'ticket', by: -1, reason: 'a bug' });
    await boards.clock.advance(29 * DAY_MS);
    await prune();
    expect(await send(total)).toEqual(first.map(([, score]) => [false, score]));
    await boards.clock.advance(2 * DAY_MS);
    await prune();
    const kept = 'SELECT submission_id AS id FROM submissions WHERE board = $1 ORDER BY id';
    // The adjustment, and the checkpoint of the other board.
    expect(await queryDatabase(boards.databaseUrl, kept, [total])).toEqual([{ id: 'ticket' }]);
    expect(await queryDatabase(boards.databaseUrl, kept, [best])).toEqual([{ id: 'b' }]);
    expect((await boards.whole(total)).entries).toMatchObject([{ score: 5 }, { score: 4 }]);
    expect(await send(total)).toEqual([
      [true, 9],
      [true, 10],
    ]);
    expect(await send(best)).toEqual([
      [false, 5],
      [false, 5],
    ]);
    await boards.clock.advance(31 * DAY_MS);
    await prune();
    await leaderboard.removePlayer('a');
    expect((await boards.whole(best)).entries).toMatchObject([{ playerId: 'b' }]);
    // An earlier release left the reason of a removed player.
    const left = `UPDATE submissions SET reason = 'a bug' WHERE submission_id = 'ticket'`;
    await queryDatabase(boards.databaseUrl, left);
    await prune();
    expect(await queryDatabase(boards.databaseUrl, kept, [total])).not.toContainEqual({ id: 'ticket' });
  });

  it('count a repeat of a submission as new after a node has pruned it in the background', async () => {
    const latest = await boards.newBoard({ operator: 'latest' });
    const best = await boards.newBoard({ windows: ['all', 'daily'] });
    const [{ leaderboard }] = boards.nodes;
    const send = async (board: string, submissionId: string, playerId: string, score: number) =>
      (await leaderboard.submit(board, [{ submissionId, playerId, score }]))[0];
    for (const board of [latest, best]) await send(board, 'old', 'a', 5);
    await boards.clock.advance(31 * DAY_MS);
    await send(latest, 'new', 'a', 9);
    await send(best, 'new', 'b', 9);
    await boards.start();
    const left = `SELECT FROM submissions WHERE submission_id = 'old' AND board = ANY ($1)`;
    await until(
      async () => (await queryDatabase(boards.databaseUrl, left, [[latest, best]])).length === 0,
      30_000,
    );
    expect(await send(latest, 'old', 'a', 5)).toMatchObject({ applied: true, score: 5 });
    expect(await send(best, 'old', 'a', 5)).toMatchObject({ applied: true, score: 5 });
    expect((await boards.whole(latest)).entries).toMatchObject([{ playerId: 'a', score: 5 }]);
    expect((await boards.whole(best, 'daily')).entries).toMatchObject([{ playerId: 'b' }, { playerId: 'a' }]);
  });

  it('are final from the first answer on, while two nodes write and their end passes', async () => {
    const board = await boards.newBoard({ windows: ['all', 'daily'], operator: 'sum' });
    const done = new AbortController();
    const write = async (node: number) => {
      for (let i = 0; !done.signal.aborted; i++) await submit(board, `p${i % 50}`, node);
    };
    const writing = [write(0), write(1), write(0), write(1)];
    const answers = new Map<string, Set<string>>();
    try {
      for (let days = 0; days < 5; days++) {
        const period = boards.clock.now.toISOString().slice(0, 10);
        // A day without a score has no standings to read.
        await submit(board, 'each day');
        await boards.clock.advance(DAY_MS);
        for (let i = 0; i < 20; i++) {
          const { leaderboard } = boards.nodes[i % 2] as BoardNode;
          const page = await leaderboard.page(board, { window: 'daily', period, offset: 0, limit: 99 });
          expect(page.final).toBe(true);
          answers.set(period, (answers.get(period) ?? new Set()).add(JSON.stringify(page.entries)));
        }
      }
    } finally {
      done.abort();
      await Promise.all(writing);
    }
    expect([...answers.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1, 1]);
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
    const past = { window: 'daily', period: today, offset: 0, limit: 9 } as const;
    expect(await leaderboard.page(board, past)).toMatchObject({
      period: today,
      endsAt: new Date(Date.parse(today) + DAY_MS).toISOString(),
      final: true,
      entries: [{ rank: 1, playerId: 'a', score: 1 }],
    });
  });
});
