import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine } from '../../../../local/index.js';
import { LedgerRemoval } from '../../../../src/leaderboard/players/ledger-removal.js';
import { redisLike } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { until } from '../../../support/until.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { type BoardNode, type BoardNodes, startBoardNodes } from '../board-nodes.js';

const DAY_MS = 86_400_000;

describe('removing a player from a board', () => {
  let engine: LocalEngine;
  let boards: BoardNodes;
  /** Reaches the ledger but no engine, so its commits are not applied: as if it died after the commit. */
  let dying: BoardNode;
  beforeAll(async () => {
    engine = await startTestEngine(redisLike());
    boards = await startBoardNodes(engine.url);
    dying = await boards.start('redis://127.0.0.1:1');
  });
  afterAll(async () => {
    await boards.close();
    await engine.stop();
  });

  const submit = (board: string, playerId: string, score: number, node = boards.nodes[0]) =>
    node.leaderboard.submit(board, [{ submissionId: randomUUID(), playerId, score }]);
  const playersOf = async (board: string, window: 'all' | 'daily' = 'all') =>
    (await boards.whole(board, window)).entries.map(({ playerId }) => playerId);

  it('removes the player from the sorted sets if a node died after it removed the player from the ledger', async () => {
    const board = await boards.newBoard();
    await submit(board, 'gone', 5);
    await submit(board, 'stays', 4);
    // So that the audit does not repair the board.
    const long = `UPDATE boards SET accepted_at = now() - interval '1 hour' WHERE board = $1`;
    await queryDatabase(boards.databaseUrl, long, [board]);
    await dying.get(LedgerRemoval).removeFromBoard(board, 'gone');
    await boards.nodes[0].leaderboard.removePlayer('gone');
    expect(await playersOf(board)).toEqual(['stays']);
  });

  it('removes the player from the sets of ended days', async () => {
    const board = await boards.newBoard({ windows: ['all', 'daily'] });
    const today = boards.clock.now.toISOString().slice(0, 10);
    await submit(board, 'gone', 5);
    await submit(board, 'stays', 4);
    await boards.clock.advance(DAY_MS);
    await boards.nodes[0].leaderboard.removePlayer('gone');
    expect(await engine.command('ZRANGE', boards.key(board, today), '0', '-1')).toEqual(['stays']);
    expect(await playersOf(board)).toEqual(['stays']);
  });

  it('accepts scores while the player’s submissions are anonymised, also of the player', async () => {
    const board = await boards.newBoard();
    await submit(board, 'busy', 5);
    const other = new Client({ connectionString: boards.databaseUrl });
    await other.connect();
    await other.query('BEGIN');
    await other.query('SELECT FROM submissions WHERE board = $1 FOR UPDATE', [board]);
    const removal = boards.nodes[0].leaderboard.removePlayer('busy');
    await until(async () => (await playersOf(board)).length === 0);
    expect(await submit(board, 'other', 1)).toMatchObject([{ rank: 1, applied: true }]);
    await submit(board, 'busy', 2);
    await other.end();
    await removal;
    await boards.settled(board);
    expect(await playersOf(board)).toEqual(['busy', 'other']);
    const kept = await queryDatabase<{ player_id: string | null }>(
      boards.databaseUrl,
      'SELECT player_id FROM submissions WHERE board = $1 ORDER BY batch',
      [board],
    );
    expect(kept.map(({ player_id }) => player_id)).toEqual([null, 'other', 'busy']);
  });

  it('counts concurrent submissions of the player either completely or not at all', async () => {
    const board = await boards.newBoard({ operator: 'sum' });
    await submit(board, 'back', 5);
    const removed = new AbortController();
    const removal = boards.nodes[0].leaderboard.removePlayer('back').finally(() => removed.abort());
    while (!removed.signal.aborted) await submit(board, 'back', 1, boards.nodes[1]);
    await removal;
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
