import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine } from '../../../../local/index.js';
import type { BoardDefinition } from '../../../../src/leaderboard/index.js';
import { redisLike } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { type BoardNodes, startBoardNodes } from '../board-nodes.js';
import { compareWithOracle } from './oracle.js';

/** Bounds with slots for a million changes to each score. */
const DEFINITION: BoardDefinition = {
  order: 'desc',
  operator: 'best',
  ties: 'first',
  windows: ['all'],
  min: 0,
  max: 9_007_000_000,
};

describe('renumbering a board', () => {
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

  it('keeps the order of equal scores when no slot is left', async () => {
    const board = await boards.newBoard(DEFINITION);
    const submit = (playerId: string, score: number) =>
      boards.nodes[0].leaderboard.submit(board, [{ submissionId: randomUUID(), playerId, score }]);
    for (const [i, player] of ['a', 'b', 'c', 'd'].entries()) await submit(player, i % 2);
    await queryDatabase(boards.databaseUrl, 'UPDATE boards SET sequence = 999990 WHERE board = $1', [board]);
    for (let i = 0; i < 30; i++) await submit(`late-${i}`, i % 2);
    await boards.settled(board);
    await compareWithOracle(boards, board, { definition: DEFINITION, seasons: new Map(), withPast: false });
    const { leaderboard } = boards.nodes[1];
    expect((await leaderboard.page(board, { window: 'all', offset: 0, limit: 2 })).entries).toMatchObject([
      { playerId: 'b', score: 1 },
      { playerId: 'd', score: 1 },
    ]);
  });

  it('orders players beyond the reserved slots by their ids, when more of them are equal than there are slots', async () => {
    // A hundred slots for each score. Renumbering reserves half of them.
    const board = await boards.newBoard({ min: 0, max: Math.floor(2 ** 53 / 100) - 1 });
    const players = Array.from({ length: 240 }, (_, i) => `p${String(i).padStart(3, '0')}`);
    for (const playerId of players) {
      await boards.nodes[0].leaderboard.submit(board, [{ submissionId: playerId, playerId, score: 7 }]);
    }
    await boards.settled(board);
    const [row] = await queryDatabase<{ edition: string; base: string }>(
      boards.databaseUrl,
      'SELECT edition, base FROM boards WHERE board = $1',
      [board],
    );
    expect(Number(row?.edition)).toBe(Math.ceil((players.length - 99) / 49));
    const numbered = players.slice(0, Number(row?.base));
    const { entries } = await boards.whole(board);
    expect(entries.map(({ playerId }) => playerId)).toEqual([
      ...numbered.slice(0, 49),
      ...numbered.slice(49).toReversed(),
      ...players.slice(numbered.length),
    ]);
  });
});
