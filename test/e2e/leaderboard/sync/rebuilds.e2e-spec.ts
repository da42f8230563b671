import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LocalEngine } from '../../../../local/index.js';
import { EngineError } from '../../../../src/engine/index.js';
import { BoardSync } from '../../../../src/leaderboard/sync/board-sync.js';
import { BoardRebuild } from '../../../../src/leaderboard/sorted-sets/rebuild.store.js';
import { redisLike } from '../../../support/app.js';
import { sessionsWaitingFor } from '../../../support/database.js';
import { until } from '../../../support/until.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { type BoardNode, type BoardNodes, startBoardNodes } from '../board-nodes.js';

const DAY_MS = 86_400_000;

describe('a rebuild', () => {
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
  const sync = (): BoardSync => boards.nodes[0].get(BoardSync);

  /** A change that no check detects: the number of players stays the same. */
  async function swapPlayer(board: string, playerId: string): Promise<void> {
    await engine.command('ZREM', boards.key(board, 'all'), playerId);
    await engine.command('ZADD', boards.key(board, 'all'), '1', 'stranger');
  }

  it('contains the scores of a day that began meanwhile', async () => {
    const board = await boards.newBoard({ windows: ['all', 'daily'] });
    await submit(board, 'a', 1);
    vi.spyOn(BoardRebuild.prototype, 'finish').mockImplementationOnce(async function (this: BoardRebuild) {
      await boards.clock.advance(DAY_MS);
      await submit(board, 'new', 7, dying);
      // The mock is used once. This calls the original.
      await this.finish();
    });
    await sync().rebuild(board);
    await boards.settled(board);
    expect(await playersOf(board)).toEqual(['new', 'a']);
    expect(await playersOf(board, 'daily')).toEqual(['new']);
  });

  it('shows no more than its ledger has', async () => {
    const board = await boards.newBoard();
    await submit(board, 'a', 1);
    await engine.command('HSET', boards.key(board, 'state'), 'position', '5000');
    await sync().rebuild(board);
    expect(await boards.whole(board)).toMatchObject({ total: 1, version: 5001 });
  });

  it('is done although another node that was rebuilding the board died', async () => {
    const board = await boards.newBoard();
    await submit(board, 'a', 2);
    await swapPlayer(board, 'a');
    const other = new Client({ connectionString: boards.databaseUrl });
    await other.connect();
    await other.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`leaderboard ${board}`]);
    await boards.nodes[0].leaderboard.rebuild(board);
    await delay(200);
    expect(await playersOf(board)).toEqual(['stranger']);
    await other.end();
    await until(async () => (await playersOf(board)).join() === 'a');
  });

  it('follows the replay during which an operator requested it', async () => {
    const board = await boards.newBoard();
    await submit(board, 'a', 2);
    await submit(board, 'b', 1, dying);
    const holdingUp = new Client({ connectionString: boards.databaseUrl });
    await holdingUp.connect();
    await holdingUp.query('BEGIN; LOCK TABLE standings');
    const replay = sync().catchUp(board);
    await until(async () => (await sessionsWaitingFor(holdingUp)) > 0);
    await swapPlayer(board, 'a');
    await boards.nodes[0].leaderboard.rebuild(board);
    await holdingUp.end();
    await replay;
    await until(async () => !(await playersOf(board)).includes('stranger'));
    expect(await playersOf(board)).toEqual(['a', 'b']);
  });

  it('is done when the engine is back, if an operator requested it while the engine was down', async () => {
    const board = await boards.newBoard();
    await submit(board, 'a', 2);
    await swapPlayer(board, 'a');
    engine.pause();
    await boards.nodes[0].leaderboard.rebuild(board);
    await expect(sync().rebuild(board)).rejects.toBeInstanceOf(EngineError);
    engine.resume();
    await until(async () => (await playersOf(board)).join() === 'a');
  });
});
