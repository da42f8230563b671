import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine } from '../../../../local/index.js';
import type { Submission } from '../../../../src/leaderboard/index.js';
import { redisLike } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { until } from '../../../support/until.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { type BoardNodes, startBoardNodes } from '../board-nodes.js';

describe('a board whose ledger lost commits', () => {
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

  const submit = (board: string, playerId: string, score: number, node = boards.nodes[0]) =>
    node.leaderboard.submit(board, [{ submissionId: randomUUID(), playerId, score }]);
  const playersOf = async (board: string, window: 'all' | 'daily' = 'all') =>
    (await boards.whole(board, window)).entries.map(({ playerId }) => playerId);

  /** Submits, and repeats that until the answer has ranks: the first has none if the rebuild takes longer than a submission waits. */
  async function ranksOf(board: string, submissions: Submission[]): Promise<(number | null)[]> {
    const submitAll = () => boards.nodes[0].leaderboard.submit(board, submissions);
    let answers = await submitAll();
    expect(answers.every(({ applied }) => applied)).toBe(true);
    await until(async () => {
      if (answers.some(({ rank }) => rank === null)) answers = await submitAll();
      return answers.every(({ rank }) => rank !== null);
    });
    return answers.map(({ rank }) => rank);
  }

  it('is repaired by the audit if its sorted sets have a later version', async () => {
    const board = await boards.newBoard();
    await submit(board, 'a', 1);
    await engine.command('HSET', boards.key(board, 'state'), 'position', '5000');
    await until(async () => (await boards.whole(board)).version === 5001);
    expect(await playersOf(board)).toEqual(['a']);
  });

  it('never goes back to a version that viewers have seen', async () => {
    const board = await boards.newBoard();
    for (const player of ['a', 'b', 'c']) await submit(board, player, 1);
    await boards.nodes[0].leaderboard.removePlayer('c');
    const before = await boards.whole(board);
    // As restored to a moment before the third score, and before the epoch without the removed player.
    await queryDatabase(
      boards.databaseUrl,
      'UPDATE boards SET sequence = 2, batches = 2, edition = 0 WHERE board = $1',
      [board],
    );
    await queryDatabase(boards.databaseUrl, 'DELETE FROM submissions WHERE board = $1 AND batch > 2', [
      board,
    ]);
    await queryDatabase(boards.databaseUrl, 'DELETE FROM answers WHERE board = $1 AND batch > 2', [board]);
    expect(await ranksOf(board, [{ submissionId: randomUUID(), playerId: 'd', score: 5 }])).toEqual([1]);
    await boards.settled(board);
    expect((await boards.whole(board)).version).toBeGreaterThan(before.version);
    expect(await playersOf(board)).toEqual(['d', 'a', 'b']);
  });

  it.each([
    ['as far as', 2],
    ['past', 4],
  ])('shows what its ledger has when it has come %s the lost commits again', async (_how, again) => {
    const board = await boards.newBoard();
    for (const player of ['a', 'b']) await submit(board, player, 1);
    const ledger = new Client({ connectionString: boards.databaseUrl });
    await ledger.connect();
    const { rows } = await ledger.query('SELECT * FROM boards WHERE board = $1', [board]);
    for (const player of ['lost', 'lost too']) await submit(board, player, 500);
    const { version } = await boards.whole(board);
    // Restores an earlier state. The next batch waits for the row, so no reader sees that state.
    await ledger.query('BEGIN');
    const { sequence, batches, players, mark } = rows[0] as Record<string, unknown>;
    await ledger.query(
      'UPDATE boards SET sequence = $2, batches = $3, players = $4, mark = $5 WHERE board = $1',
      [board, sequence, batches, players, mark],
    );
    await ledger.query('DELETE FROM answers WHERE board = $1 AND batch > $2', [board, batches]);
    for (const table of ['submissions', 'standings']) {
      await ledger.query(`DELETE FROM ${table} WHERE board = $1 AND sequence > $2`, [board, sequence]);
    }
    const scores = Array.from({ length: again }, (_, i) => ({
      submissionId: randomUUID(),
      playerId: `new ${i}`,
      score: 9 - i,
    }));
    const ranks = ranksOf(board, scores);
    await delay(100);
    await ledger.query('COMMIT');
    await ledger.end();
    expect(await ranks).toEqual(scores.map((_, i) => i + 1));
    expect(await playersOf(board)).toEqual([...scores.map(({ playerId }) => playerId), 'a', 'b']);
    expect((await boards.whole(board)).version).toBeGreaterThan(version);
    await submit(board, 'later', 0);
    await boards.settled(board);
    expect((await playersOf(board)).at(-1)).toBe('later');
  });

  it('never goes back to such a version when an earlier backup was restored to another server', async () => {
    const board = await boards.newBoard();
    for (const player of ['a', 'b', 'c']) await submit(board, player, 1);
    const restored = `UPDATE boards SET sequence = 1, batches = 1, players = 1, mark = '', incarnation = gen_random_uuid() WHERE board = $1`;
    await queryDatabase(boards.databaseUrl, restored, [board]);
    for (const table of ['submissions', 'standings']) {
      await queryDatabase(boards.databaseUrl, `DELETE FROM ${table} WHERE board = $1 AND sequence > 1`, [
        board,
      ]);
    }
    await queryDatabase(boards.databaseUrl, 'DELETE FROM answers WHERE board = $1 AND batch > 1', [board]);
    await submit(board, 'd', 5);
    await boards.settled(board);
    expect((await boards.whole(board)).version).toBeGreaterThan(3);
    expect(await playersOf(board)).toEqual(['d', 'a']);
  });
});
