import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LocalEngine, startEngine } from '../../../../local/index.js';
import { EngineError } from '../../../../src/engine/index.js';
import { LedgerReplay } from '../../../../src/leaderboard/ledger/ledger-replay.js';
import { BoardSync } from '../../../../src/leaderboard/sync/board-sync.js';
import { LedgerRemoval } from '../../../../src/leaderboard/players/ledger-removal.js';
import { BoardRebuild } from '../../../../src/leaderboard/sorted-sets/rebuild.store.js';
import { installed } from '../../../support/app.js';
import { queryDatabase, sessionsWaitingFor } from '../../../support/database.js';
import { until } from '../../../support/until.js';
import { type BoardNode, type BoardNodes, startBoardNodes } from '../board-nodes.js';

const DAY_MS = 86_400_000;

describe('a board', () => {
  let engine: LocalEngine;
  let boards: BoardNodes;
  /** Reaches the ledger and no engine: what it commits it cannot show. */
  let dying: BoardNode;
  beforeAll(async () => {
    const [kind = 'valkey'] = installed('valkey', 'redis') as ('redis' | 'valkey')[];
    engine = await startEngine(kind);
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
  const projection = (): BoardSync => boards.nodes[0].get(BoardSync);

  /** What no check can see: as many players, of whom one is another. */
  async function swapPlayer(board: string, playerId: string): Promise<void> {
    await engine.command('ZREM', boards.key(board, 'all'), playerId);
    await engine.command('ZADD', boards.key(board, 'all'), '1', 'stranger');
  }

  it('keeps scores of a day that began while it was rebuilt', async () => {
    const board = await boards.newBoard({ windows: ['all', 'daily'] });
    await submit(board, 'a', 1);
    vi.spyOn(BoardRebuild.prototype, 'finish').mockImplementationOnce(async function (this: BoardRebuild) {
      await boards.clock.advance(DAY_MS);
      await submit(board, 'new', 7, dying);
      // Once only: now it does what it always does.
      await this.finish();
    });
    await projection().rebuild(board);
    await boards.settled(board);
    expect(await playersOf(board)).toEqual(['new', 'a']);
    expect(await playersOf(board, 'daily')).toEqual(['new']);
  });

  it('is rebuilt for an operator, and then shows no more than its ledger has', async () => {
    const board = await boards.newBoard();
    await submit(board, 'a', 1);
    await engine.command('HSET', boards.key(board, 'state'), 'position', '5000');
    await projection().rebuild(board);
    expect(await boards.whole(board)).toMatchObject({ total: 1, version: 5001 });
  });

  it('is found by itself if it shows more than its ledger has', async () => {
    const board = await boards.newBoard();
    await submit(board, 'a', 1);
    await engine.command('HSET', boards.key(board, 'state'), 'position', '5000');
    await until(async () => (await boards.whole(board)).version === 5001);
    expect(await playersOf(board)).toEqual(['a']);
  });

  it('never goes back to a version that viewers have seen, though its ledger lost commits', async () => {
    const board = await boards.newBoard();
    for (const player of ['a', 'b', 'c']) await submit(board, player, 1);
    await boards.nodes[0].leaderboard.removePlayer('c');
    const before = await boards.whole(board);
    // As restored to a moment before the third score, and before the edition without the forgotten player.
    await queryDatabase(
      boards.databaseUrl,
      'UPDATE boards SET sequence = 2, batches = 2, edition = 0 WHERE board = $1',
      [board],
    );
    await queryDatabase(boards.databaseUrl, 'DELETE FROM submissions WHERE board = $1 AND batch > 2', [
      board,
    ]);
    await queryDatabase(boards.databaseUrl, 'DELETE FROM answers WHERE board = $1 AND batch > 2', [board]);
    const [answer] = await submit(board, 'd', 5);
    await boards.settled(board);
    expect(answer).toMatchObject({ rank: 1, applied: true });
    expect((await boards.whole(board)).version).toBeGreaterThan(before.version);
    expect(await playersOf(board)).toEqual(['d', 'a', 'b']);
  });

  it.each([
    ['as far as', 2],
    ['past', 4],
  ])('shows what its ledger has that lost commits and has come %s them again', async (_how, again) => {
    const board = await boards.newBoard();
    for (const player of ['a', 'b']) await submit(board, player, 1);
    const ledger = new Client({ connectionString: boards.databaseUrl });
    await ledger.connect();
    const { rows } = await ledger.query('SELECT * FROM boards WHERE board = $1', [board]);
    for (const player of ['lost', 'lost too']) await submit(board, player, 500);
    const { version } = await boards.whole(board);
    // Set back to a moment before, and nobody sees it so: the next batch waits for the row.
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
    const answers = boards.nodes[0].leaderboard.submit(board, scores);
    await delay(100);
    await ledger.query('COMMIT');
    await ledger.end();
    expect((await answers).map(({ rank }) => rank)).toEqual(scores.map((_, i) => i + 1));
    expect(await playersOf(board)).toEqual([...scores.map(({ playerId }) => playerId), 'a', 'b']);
    expect((await boards.whole(board)).version).toBeGreaterThan(version);
    await submit(board, 'later', 0);
    await boards.settled(board);
    expect((await playersOf(board)).at(-1)).toBe('later');
  });

  it('never goes back to a version that viewers have seen, though its ledger was restored elsewhere from an earlier backup', async () => {
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

  it('is rebuilt after the replay during which an operator asked for it', async () => {
    const board = await boards.newBoard();
    await submit(board, 'a', 2);
    await submit(board, 'b', 1, dying);
    const holdingUp = new Client({ connectionString: boards.databaseUrl });
    await holdingUp.connect();
    await holdingUp.query('BEGIN; LOCK TABLE standings');
    const replay = projection().catchUp(board);
    await until(async () => (await sessionsWaitingFor(holdingUp)) > 0);
    await swapPlayer(board, 'a');
    await boards.nodes[0].leaderboard.rebuild(board);
    await holdingUp.end();
    await replay;
    await until(async () => !(await playersOf(board)).includes('stranger'));
    expect(await playersOf(board)).toEqual(['a', 'b']);
  });

  it('is rebuilt for an operator also if another node that was rebuilding it died', async () => {
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

  it('has no forgotten player either when the node died that took the player off the ledger', async () => {
    const board = await boards.newBoard();
    await submit(board, 'gone', 5);
    await submit(board, 'stays', 4);
    // No board that the audit looks at.
    const long = `UPDATE boards SET accepted_at = now() - interval '1 hour' WHERE board = $1`;
    await queryDatabase(boards.databaseUrl, long, [board]);
    await dying.get(LedgerRemoval).removeFromBoard(board, 'gone');
    await boards.nodes[0].leaderboard.removePlayer('gone');
    expect(await playersOf(board)).toEqual(['stays']);
  });

  it('is rebuilt when the engine is back that was away when an operator asked for it', async () => {
    const board = await boards.newBoard();
    await submit(board, 'a', 2);
    await swapPlayer(board, 'a');
    engine.pause();
    await boards.nodes[0].leaderboard.rebuild(board);
    await expect(projection().rebuild(board)).rejects.toBeInstanceOf(EngineError);
    engine.resume();
    await until(async () => (await playersOf(board)).join() === 'a');
  });

  it('has no earlier version when the engine is back than it had from the ledger', async () => {
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

  it('is caught up with also while another cannot be', async () => {
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

  it('takes no connection of its own while another node rebuilds it', async () => {
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

  it('has its turn when many are lost at once: readers are answered, and most connections are free', async () => {
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
    // One after the other: each looks by a new connection every 20 ms, which would slow the rebuilds down.
    for (const board of lost) await boards.settled(board);
  });

  it('has no forgotten player either in the sets of days that are over', async () => {
    const board = await boards.newBoard({ windows: ['all', 'daily'] });
    const today = boards.clock.now.toISOString().slice(0, 10);
    await submit(board, 'gone', 5);
    await submit(board, 'stays', 4);
    await boards.clock.advance(DAY_MS);
    await boards.nodes[0].leaderboard.removePlayer('gone');
    expect(await engine.command('ZRANGE', boards.key(board, today), '0', '-1')).toEqual(['stays']);
    expect(await playersOf(board)).toEqual(['stays']);
  });

  it('takes scores while it is forgotten whose many submissions were', async () => {
    const board = await boards.newBoard();
    await submit(board, 'busy', 5);
    const other = new Client({ connectionString: boards.databaseUrl });
    await other.connect();
    await other.query('BEGIN');
    await other.query('SELECT FROM submissions WHERE board = $1 FOR UPDATE', [board]);
    const forgetting = boards.nodes[0].leaderboard.removePlayer('busy');
    await until(async () => (await playersOf(board)).length === 0);
    expect(await submit(board, 'other', 1)).toMatchObject([{ rank: 1, applied: true }]);
    await submit(board, 'busy', 2);
    await other.end();
    await forgetting;
    await boards.settled(board);
    expect(await playersOf(board)).toEqual(['busy', 'other']);
    const kept = await queryDatabase<{ player_id: string | null }>(
      boards.databaseUrl,
      'SELECT player_id FROM submissions WHERE board = $1 ORDER BY batch',
      [board],
    );
    expect(kept.map(({ player_id }) => player_id)).toEqual([null, 'other', 'busy']);
  });

  it('keeps what is submitted for a player who is being forgotten as a whole', async () => {
    const board = await boards.newBoard({ operator: 'sum' });
    await submit(board, 'back', 5);
    const forgotten = new AbortController();
    const forgetting = boards.nodes[0].leaderboard.removePlayer('back').finally(() => forgotten.abort());
    while (!forgotten.signal.aborted) await submit(board, 'back', 1, boards.nodes[1]);
    await forgetting;
    await boards.settled(board);
    const [sum] = await queryDatabase<{ total: string }>(
      boards.databaseUrl,
      `SELECT coalesce(sum(score), 0) AS total FROM submissions WHERE board = $1 AND player_id = 'back'`,
      [board],
    );
    const { entries } = await boards.whole(board);
    expect(entries.reduce((total, { score }) => total + score, 0)).toBe(Number(sum?.total));
  });
});
