import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LocalEngine } from '../../../../local/index.js';
import { Database } from '../../../../src/database/index.js';
import { EngineError } from '../../../../src/engine/index.js';
import { ProjectionStore } from '../../../../src/leaderboard/sorted-sets/projection.store.js';
import { redisLike } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { type BoardNodes, startBoardNodes } from '../board-nodes.js';

const BOARDS = 1_100;
const DAY_MS = 86_400_000;

describe('DELETE /api/players/:playerId', () => {
  let engine: LocalEngine;
  let boards: BoardNodes;
  beforeAll(async () => {
    engine = await startTestEngine(redisLike());
    boards = await startBoardNodes(engine.url);
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(async () => {
    await boards.close();
    await engine.stop();
  });

  const submit = (board: string, playerId: string) =>
    boards.nodes[0].leaderboard.submit(board, [{ submissionId: randomUUID(), playerId, score: 1 }]);
  const left = async (playerId: string) => {
    const sql = `SELECT count(*)::int AS n FROM submissions WHERE player_id = $1`;
    return (await queryDatabase<{ n: number }>(boards.databaseUrl, sql, [playerId]))[0]?.n;
  };

  it(`visits only the player's boards, of ${BOARDS}`, async () => {
    await queryDatabase(
      boards.databaseUrl,
      `INSERT INTO boards (board, min_score, max_score, windows)
       SELECT 'many-' || i, 0, 1000, '{all,daily}' FROM generate_series(1, ${BOARDS}) AS i`,
    );
    const own = ['many-1', 'many-500', 'many-999'];
    for (const board of own) await submit(board, 'gone');
    await submit('many-2', 'stays');
    const [node] = boards.nodes;
    const database = node.get(Database);
    const queries = vi.spyOn(database, 'query');
    const transactions = vi.spyOn(database, 'transaction');
    const ended = vi.spyOn(ProjectionStore.prototype, 'removeFromPeriods');
    const removed = vi.spyOn(ProjectionStore.prototype, 'remove');
    await node.leaderboard.removePlayer('gone');
    expect(removed.mock.calls.map(([{ board }]) => board)).toEqual(own);
    expect(ended.mock.calls.map(([{ board }]) => board)).toEqual(own);
    expect(transactions).toHaveBeenCalledTimes(own.length);
    // The audit of the node queries too.
    expect(queries.mock.calls.length).toBeLessThan(50);
    for (const board of own) expect(await boards.whole(board)).toMatchObject({ total: 0 });
    expect(await boards.whole('many-2')).toMatchObject({ total: 1 });
    expect(await left('gone')).toBe(0);
  });

  it('reads one row per board, however many submissions it has', async () => {
    const board = await boards.newBoard();
    await queryDatabase(
      boards.databaseUrl,
      `INSERT INTO submissions (board, submission_id, player_id, score)
       SELECT $1, i, 'busy', 1 FROM generate_series(1, 20000) AS i`,
      [board],
    );
    await submit('many-3', 'busy');
    const queries = vi.spyOn(boards.nodes[0].get(Database), 'query');
    await boards.nodes[0].leaderboard.removePlayer('busy');
    const [boardsOf = ''] = queries.mock.calls.map(([sql]) => sql).filter((sql) => /RECURSIVE/.test(sql));
    expect(await left('busy')).toBe(0);
    await queryDatabase(boards.databaseUrl, `UPDATE submissions SET player_id = 'busy' WHERE board = $1`, [
      board,
    ]);
    const plan = await queryDatabase<{ 'QUERY PLAN': string }>(
      boards.databaseUrl,
      `EXPLAIN (ANALYZE, TIMING OFF) ${boardsOf.replace(/\$1/g, "'busy'")}`,
    );
    const rows = plan.flatMap((line) => /rows=([\d.]+) loops/.exec(line['QUERY PLAN'])?.slice(1) ?? []);
    expect(rows.length).toBeGreaterThan(0);
    expect(Math.max(...rows.map(Number))).toBeLessThan(10);
  });

  it('is completed by a second request after the engine was down', async () => {
    const board = await boards.newBoard({ windows: ['all', 'daily'] });
    const today = boards.clock.now.toISOString().slice(0, 10);
    await submit(board, 'gone');
    await submit(board, 'stays');
    await boards.clock.advance(DAY_MS);
    engine.pause();
    await expect(boards.nodes[0].leaderboard.removePlayer('gone')).rejects.toBeInstanceOf(EngineError);
    engine.resume();
    // Until then the node may not be connected again.
    await boards.settled(board);
    await boards.nodes[1].leaderboard.removePlayer('gone');
    expect(await engine.command('ZRANGE', boards.key(board, today), '0', '-1')).toEqual(['stays']);
    expect((await boards.whole(board)).entries).toMatchObject([{ playerId: 'stays' }]);
    expect(await left('gone')).toBe(0);
  });
});
