import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine } from '../../../../local/index.js';
import type { BoardDefinition } from '../../../../src/leaderboard/index.js';
import { redisLike } from '../../../support/app.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { type BoardNodes, startBoardNodes } from '../board-nodes.js';

type Leaderboard = BoardNodes['nodes'][0]['leaderboard'];

interface Call {
  what: string;
  /** Arguments that the caller can change: objects and lists. */
  argument: () => object;
  run: (leaderboard: Leaderboard, board: string, argument: never) => Promise<unknown>;
}

const CALLS: Call[] = [
  {
    what: 'submit',
    argument: () => [{ submissionId: 'repeated', playerId: 'a', score: 9 }],
    run: (leaderboard, board, submissions: never) => leaderboard.submit(board, submissions),
  },
  {
    what: 'page',
    argument: () => ({ window: 'all', offset: 0, limit: 3 }),
    run: (leaderboard, board, query: never) => leaderboard.page(board, query),
  },
  {
    what: 'top',
    argument: () => ({ limit: 3, from: 0 }),
    run: (leaderboard, board, options: never) => leaderboard.top(board, 'all', options),
  },
  {
    what: 'neighbours',
    argument: () => ({ window: 'all', radius: 1 }),
    run: (leaderboard, board, query: never) => leaderboard.neighbours(board, 'a', query),
  },
  {
    what: 'ranks',
    argument: () => ['a', 'c'],
    run: (leaderboard, board, playerIds: never) => leaderboard.ranks(board, 'all', playerIds),
  },
  {
    what: 'ownPlaces',
    argument: () => ['a', 'c'],
    run: (leaderboard, board, playerIds: never) =>
      leaderboard.ownPlaces(board, 'all', { playerIds, radius: 1 }),
  },
  {
    what: 'saveProfile',
    argument: () => ({ name: 'Ada', country: 'GB' }),
    run: async (leaderboard, board, profile: never) => {
      await leaderboard.saveProfile('a', profile);
      return leaderboard.page(board, { window: 'all', offset: 0, limit: 1 });
    },
  },
];

/** Overwrites the arguments, as a caller that reuses its objects would. */
function scribble(value: unknown): void {
  if (Array.isArray(value)) {
    value.forEach(scribble);
    value.splice(0, value.length, 'x', 'y', 'z');
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      scribble(part);
      Object.assign(value, { [key]: typeof part === 'number' ? part + 1 : 'other' });
    }
  }
}

describe('LeaderboardService, when the caller changes its arguments after the call', () => {
  let engine: LocalEngine;
  let boards: BoardNodes;
  let board: string;
  beforeAll(async () => {
    engine = await startTestEngine(redisLike());
    boards = await startBoardNodes(engine.url);
    board = await boards.newBoard();
    const scores = ['a', 'b', 'c', 'd'].map((playerId, i) => ({
      submissionId: playerId,
      playerId,
      score: 9 - i,
    }));
    await boards.nodes[0].leaderboard.submit(board, scores);
  });
  afterAll(async () => {
    await boards.close();
    await engine.stop();
  });

  it.each(CALLS)('$what uses the arguments as they were', async ({ argument, run }) => {
    // Another node, since the first has cached the board and waits for less.
    const { leaderboard, connected } = await boards.start();
    await connected();
    const expected = await run(boards.nodes[0].leaderboard, board, argument() as never);
    const given = argument();
    const answered = run(leaderboard, board, given as never);
    scribble(given);
    const isSubmission = Array.isArray(expected) && 'applied' in expected[0];
    expect(await answered).toEqual(isSubmission ? [{ ...expected[0], applied: false }] : expected);
  });

  it('defineBoard uses the definition as it was', async () => {
    const { leaderboard } = boards.nodes[0];
    const definition: BoardDefinition = {
      order: 'desc',
      operator: 'sum',
      ties: 'first',
      windows: ['all', 'daily'],
      min: 0,
      max: 10,
    };
    const given = structuredClone(definition);
    const defined = leaderboard.defineBoard('defined-once', given);
    scribble(given);
    expect(await defined).toMatchObject(definition);
    expect(await leaderboard.defineBoard('defined-once', definition)).toMatchObject(definition);
  });

  it.each([
    ['metadata of more than 256 bytes', { metadata: { text: 'x'.repeat(256) } }, '0.metadata'],
    ['metadata that are no JSON', { metadata: { at: 1n } }, '0.metadata'],
    ['a player id that PostgreSQL rejects', { playerId: 'a\u0000' }, '0.playerId'],
    ['a score that is not whole', { score: 0.5 }, '0.score'],
  ])('submit rejects %s', async (_what, wrong, field) => {
    const { leaderboard } = boards.nodes[0];
    const submission = { submissionId: 'wrong', playerId: 'a', score: 1, ...wrong };
    await expect(leaderboard.submit(board, [submission])).rejects.toMatchObject({
      code: 'E_INVALID',
      errors: [{ field }],
    });
  });

  it('submit keeps the metadata as they were at the call', async () => {
    const { leaderboard } = boards.nodes[0];
    const metadata = { replay: { id: 'r-91' } };
    const submitted = leaderboard.submit(board, [
      { submissionId: 'nested', playerId: 'nested', score: 1, metadata },
    ]);
    metadata.replay.id = 'changed';
    await submitted;
    const { entries } = await leaderboard.page(board, {
      window: 'all',
      offset: 0,
      limit: 1000,
      details: true,
    });
    expect(entries.find(({ playerId }) => playerId === 'nested')?.metadata).toEqual({
      replay: { id: 'r-91' },
    });
  });

  it('removeFromBoard rejects a reason that PostgreSQL rejects', async () => {
    const { leaderboard } = boards.nodes[0];
    await expect(
      leaderboard.removeFromBoard(board, 'a', { ban: true, reason: 'a\u0000' }),
    ).rejects.toMatchObject({ code: 'E_INVALID', errors: [{ field: 'reason' }] });
  });
});
