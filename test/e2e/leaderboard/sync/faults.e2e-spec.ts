import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineStack, type LocalEngine, startSentinel } from '../../../../local/index.js';
import type { BoardDefinition, SubmissionAnswer } from '../../../../src/leaderboard/index.js';
import { redisLike } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { elapsed } from '../../../support/elapsed.js';
import { until } from '../../../support/until.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { type BoardNodes, startBoardNodes } from '../board-nodes.js';
import { askOracle } from '../ledger/oracle.js';

/** Totals, so that a submission that counts twice shows as much as one that does not count. */
const TOTALS: BoardDefinition = {
  order: 'desc',
  operator: 'sum',
  ties: 'first',
  windows: ['all', 'daily'],
  min: 0,
  max: 1_000_000,
};
const PLAYERS = 20;

describe('an engine that loses data', () => {
  let engine: LocalEngine;
  let boards: BoardNodes;
  beforeAll(async () => {
    engine = await startTestEngine(redisLike());
    boards = await startBoardNodes(engine.url);
  });
  afterAll(async () => {
    await boards.close();
    await engine.stop();
  });

  const FAULTS: [
    what: string,
    harm: (board: string) => Promise<unknown> | void,
    heal: () => Promise<void> | void,
  ][] = [
    ['killed and restarted empty', () => engine.kill(), () => engine.restart()],
    ['paused', () => engine.pause(), () => engine.resume()],
    ['flushed', () => engine.command('FLUSHALL'), () => undefined],
    ['evicting a set', (board) => evict(board, 'all'), () => undefined],
    ['evicting the state of a board', (board) => evict(board, 'state'), () => undefined],
  ];

  it.each(FAULTS)(
    'loses nothing and doubles nothing when it is %s under traffic',
    async (what, harm, heal) => {
      const board = await boards.newBoard(TOTALS);
      const traffic = startTraffic(boards, board);
      await until(() => traffic.answers.length > 100);
      await harm(board);
      const soFar = traffic.answers.length;
      await until(() => traffic.answers.length > soFar + 60);
      await heal();
      const healed = traffic.answers.length;
      await until(() => traffic.answers.length > healed + 60);
      await traffic.stop();
      await expectExactly(boards, board, { what, ...traffic });
    },
  );

  it('answers with degraded: true while it is down, and ranks the scores accepted meanwhile within 2 s of its return', async () => {
    const board = await boards.newBoard(TOTALS);
    const [{ leaderboard }] = boards.nodes;
    const submit = (playerId: string, score: number) =>
      leaderboard.submit(board, [{ submissionId: randomUUID(), playerId, score }]);
    for (const [i, player] of ['a', 'b', 'c'].entries()) await submit(player, i);
    await engine.kill();
    const [during] = await submit('a', 10);
    expect(during).toMatchObject({ score: 10, rank: null, previousRank: null, applied: true });
    const page = await boards.whole(board, 'daily');
    expect(page).toMatchObject({ degraded: true, total: 3, version: 4 });
    expect(page.entries.map(({ playerId, score }) => [playerId, score])).toEqual([
      ['a', 10],
      ['c', 2],
      ['b', 1],
    ]);
    expect(await leaderboard.rankOf(board, 'all', 'c')).toEqual({
      rank: null,
      score: 2,
      percentile: null,
      total: 3,
      period: 'all',
      endsAt: null,
      degraded: true,
    });
    const around = await leaderboard.neighbours(board, 'c', { window: 'all', radius: 1 });
    expect(around.entries.map(({ playerId, rank }) => [playerId, rank])).toEqual([
      ['a', null],
      ['c', null],
      ['b', null],
    ]);
    await engine.restart();
    const { ms } = await elapsed(() =>
      until(async () => (await leaderboard.rankOf(board, 'all', 'a')).rank === 1),
    );
    expect(ms).toBeLessThan(2_000);
  });

  it('has on other nodes what a node committed before it died', async () => {
    const board = await boards.newBoard(TOTALS);
    const [{ leaderboard }] = boards.nodes;
    // This node reaches the ledger but no engine, so its commit is not applied.
    const dying = await boards.start('redis://127.0.0.1:1');
    const [answer] = await dying.leaderboard.submit(board, [
      { submissionId: 'last', playerId: 'a', score: 5 },
    ]);
    expect(answer).toMatchObject({ rank: null, applied: true });
    await dying.close();
    await until(async () => (await leaderboard.top(board, 'all', { limit: 1 })).version === 1);
    const [next] = await leaderboard.submit(board, [{ submissionId: 'next', playerId: 'a', score: 1 }]);
    expect(next).toMatchObject({ score: 6, rank: 1 });
  });

  it('counts a submission once that is repeated because its answer was lost', async () => {
    const board = await boards.newBoard(TOTALS);
    const submission = { submissionId: randomUUID(), playerId: 'a', score: 5 };
    const dying = await boards.start('redis://127.0.0.1:1');
    await dying.leaderboard.submit(board, [submission]);
    await dying.close();
    const [repeat] = await boards.nodes[0].leaderboard.submit(board, [submission]);
    expect(repeat).toMatchObject({ score: 5, applied: false });
    await boards.settled(board);
    expect((await boards.whole(board)).entries).toMatchObject([{ rank: 1, playerId: 'a', score: 5 }]);
  });

  async function evict(board: string, part: string): Promise<void> {
    await engine.command('DEL', `${boards.prefix}:board:{${board}}:${part}`);
  }
});

describe('a failover that loses writes', () => {
  let stack: EngineStack;
  let boards: BoardNodes;
  beforeAll(async () => {
    stack = await startSentinel(redisLike(), { replicas: 1 });
    boards = await startBoardNodes(stack.url);
  });
  afterAll(async () => {
    await boards.close();
    await stack.stop();
  });

  it('is repaired by replaying the ledger: nothing is lost, nothing doubled', async () => {
    const board = await boards.newBoard(TOTALS);
    const traffic = startTraffic(boards, board);
    await until(() => traffic.answers.length > 100);
    // The replica receives nothing more, so what the primary acknowledges from here on is lost with it.
    stack.node('replica-1').pause();
    const unheard = traffic.answers.length;
    await until(() => traffic.answers.length > unheard + 100);
    await stack.node('primary').kill();
    stack.node('replica-1').resume();
    await until(async () => (await stack.primaryNow()) === 'replica-1', 30_000);
    const promoted = traffic.answers.length;
    await until(() => traffic.answers.length > promoted + 60);
    await traffic.stop();
    await expectExactly(boards, board, { what: 'failed over, with lost writes', ...traffic });
  }, 60_000);
});

interface Traffic {
  answers: SubmissionAnswer[];
  /** Every submission that was sent, once. */
  sent: Map<string, { playerId: string; score: number }>;
  stop(): Promise<void>;
}

/** Ten game servers on two nodes that send one submission after the other, every fifth of them twice. */
function startTraffic({ nodes }: BoardNodes, board: string): Traffic {
  const answers: SubmissionAnswer[] = [];
  const sent: Traffic['sent'] = new Map();
  const over = new AbortController();
  const server = async (number: number) => {
    for (let i = 0; !over.signal.aborted; i++) {
      const submission = {
        submissionId: randomUUID(),
        playerId: `p${(number * 7 + i) % PLAYERS}`,
        score: 1 + (i % 5),
      };
      sent.set(submission.submissionId, submission);
      const times = i % 5 === 0 ? 2 : 1;
      for (let time = 0; time < times; time++) {
        const [answer] = await (nodes[(number + time) % 2] as (typeof nodes)[0]).leaderboard.submit(board, [
          submission,
        ]);
        if (answer) answers.push(answer);
      }
    }
  };
  const servers = Array.from({ length: 10 }, (_, number) => server(number));
  return {
    answers,
    sent,
    stop: async () => {
      over.abort();
      await Promise.all(servers);
    },
  };
}

/** Every submission counts once in the ledger, in both windows and on both nodes, and was answered once with `applied`. */
async function expectExactly(
  boards: BoardNodes,
  board: string,
  { what, answers, sent }: Traffic & { what: string },
): Promise<void> {
  await boards.settled(board);
  const totals = new Map<string, number>();
  for (const { playerId, score } of sent.values()) totals.set(playerId, (totals.get(playerId) ?? 0) + score);
  const shown = new Map((await boards.whole(board)).entries.map(({ playerId, score }) => [playerId, score]));
  const tooMany = [...totals].map(([playerId, total]) => (shown.get(playerId) ?? 0) - total);
  const [lost, doubled] = [-1, 1].map((sign) =>
    tooMany.reduce((sum, points) => sum + Math.max(0, sign * points), 0),
  );
  console.log(
    `${what}: ${sent.size} submissions, ${answers.length - sent.size} repeats, points lost = ${lost}, doubled = ${doubled}`,
  );
  expect([lost, doubled]).toEqual([0, 0]);
  expect(answers.filter(({ applied }) => applied).length).toBe(sent.size);
  const [row] = await queryDatabase<{ kept: string }>(
    boards.databaseUrl,
    'SELECT count(*) AS kept FROM submissions WHERE board = $1',
    [board],
  );
  expect(Number(row?.kept)).toBe(sent.size);
  for (const window of TOTALS.windows) {
    const expected = await askOracle(boards.databaseUrl, board, TOTALS, { window, now: boards.clock.now });
    expect(new Map(expected.map(({ playerId, score }) => [playerId, score]))).toEqual(totals);
    for (const { leaderboard } of boards.nodes) {
      const { entries, degraded } = await leaderboard.page(board, { window, offset: 0, limit: 1000 });
      expect(degraded).toBeUndefined();
      expect(entries.map(({ rank, playerId, score }) => ({ rank, playerId, score }))).toEqual(expected);
    }
  }
}
