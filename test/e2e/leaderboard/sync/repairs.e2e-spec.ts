import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LocalEngine } from '../../../../local/index.js';
import { LedgerReplay } from '../../../../src/leaderboard/ledger/ledger-replay.js';
import { redisLike } from '../../../support/app.js';
import { until } from '../../../support/until.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { type BoardNode, type BoardNodes, startBoardNodes } from '../board-nodes.js';

describe('repairing a board', () => {
  let engine: LocalEngine;
  let boards: BoardNodes;
  /** Reaches the ledger but no engine, so its commits are not applied: as if it died after the commit. */
  let dying: BoardNode;
  beforeAll(async () => {
    engine = await startTestEngine(redisLike());
    boards = await startBoardNodes(engine.url);
    dying = await boards.start('redis://127.0.0.1:1');
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(async () => {
    await boards.close();
    await engine.stop();
  });

  const submit = (board: string, playerId: string, score: number, node = boards.nodes[0]) =>
    node.leaderboard.submit(board, [{ submissionId: randomUUID(), playerId, score }]);
  const playersOf = async (board: string, window: 'all' | 'daily' = 'all') =>
    (await boards.whole(board, window)).entries.map(({ playerId }) => playerId);

  it('never returns an earlier version after the engine is back than PostgreSQL returned before', async () => {
    const board = await boards.newBoard();
    await submit(board, 'a', 2);
    engine.pause();
    await submit(board, 'b', 1);
    const degraded = await boards.whole(board);
    engine.resume();
    expect(degraded).toMatchObject({ degraded: true, version: 2 });
    for (let again = 0; again < 50; again++) {
      expect((await boards.whole(board)).version).toBeGreaterThanOrEqual(2);
    }
    await boards.settled(board);
  });

  it('continues on other boards while it fails on one', async () => {
    const broken = await boards.newBoard();
    const others = [await boards.newBoard(), await boards.newBoard()];
    for (const board of [broken, ...others]) await submit(board, 'a', 1);
    await engine.command('SET', boards.key(broken, 'state'), 'no hash');
    for (const board of others) await submit(board, 'b', 5, dying);
    const position = (board: string) => engine.command('HGET', boards.key(board, 'state'), 'position');
    await until(async () => (await Promise.all(others.map(position))).join() === '2,2');
    for (const board of others) expect(await playersOf(board)).toEqual(['b', 'a']);
    await engine.command('DEL', boards.key(broken, 'state'));
  });

  it('takes no database connection while another node rebuilds the board', async () => {
    const board = await boards.newBoard();
    await submit(board, 'a', 1);
    const other = new Client({ connectionString: boards.databaseUrl });
    await other.connect();
    await other.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`leaderboard ${board}`]);
    const readings = vi.spyOn(LedgerReplay.prototype, 'readBoard');
    await engine.command('DEL', boards.key(board, 'state'));
    expect(await boards.whole(board)).toMatchObject({ degraded: true, entries: [{ playerId: 'a' }] });
    expect(readings).not.toHaveBeenCalledWith(board, expect.anything());
    await other.end();
    await boards.settled(board);
    expect(readings).toHaveBeenCalledWith(board, expect.anything());
  });

  it('answers readers and leaves most connections free while 30 boards are lost at once', async () => {
    const lost = await Promise.all(Array.from({ length: 30 }, () => boards.newBoard()));
    await Promise.all(lost.map((board) => submit(board, 'a', 1)));
    await engine.command('FLUSHALL');
    const answered = new AbortController();
    const pages = Promise.all(
      lost.flatMap((board) =>
        boards.nodes.map(({ leaderboard }) =>
          leaderboard.page(board, { window: 'all', offset: 0, limit: 10 }),
        ),
      ),
    ).finally(() => answered.abort());
    const watching = new Client({ connectionString: boards.databaseUrl });
    await watching.connect();
    let mostOutsideOfPools = 0;
    while (!answered.signal.aborted) {
      const sql = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%COPY%' AND pid <> pg_backend_pid()`;
      mostOutsideOfPools = Math.max(mostOutsideOfPools, (await watching.query(sql)).rows.length);
      await delay(5);
    }
    await watching.end();
    for (const { entries } of await pages) expect(entries).toMatchObject([{ playerId: 'a' }]);
    expect(mostOutsideOfPools).toBeLessThanOrEqual(2 * boards.nodes.length);
    // One after the other: each polls by a new connection every 20 ms, which would slow the rebuilds down.
    for (const board of lost) await boards.settled(board);
  });
});
