import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer, startEngine } from '../../../local/index.js';
import { STANDINGS_OF } from '../../../src/leaderboard/ledger/batch.js';
import { installed } from '../../support/app.js';
import { queryDatabase } from '../../support/database.js';
import { type BoardNodes, startBoardNodes } from './board-nodes.js';

const PLAYERS = 1_000;

describe('a board under load', () => {
  let server: LocalServer;
  let nodes: BoardNodes;
  beforeAll(async () => {
    const [kind = 'valkey'] = installed('valkey', 'redis');
    server = await startEngine(kind);
    nodes = await startBoardNodes(server.url);
  });
  afterAll(async () => {
    await nodes.close();
    await server.stop();
  });

  const everybodySubmits = (board: string) =>
    nodes.nodes[0].leaderboard.submit(
      board,
      Array.from({ length: PLAYERS }, (_, i) => ({
        submissionId: randomUUID(),
        playerId: `p${i}`,
        score: Math.floor(Math.random() * 1_000_000),
      })),
    );

  it('is not read as a whole for each player who submits, also if it is new since the database took statistics', async () => {
    await everybodySubmits(await nodes.newBoard());
    await queryDatabase(nodes.databaseUrl, 'ANALYZE standings');
    const board = await nodes.newBoard();
    await everybodySubmits(board);
    const players = Array.from({ length: PLAYERS }, (_, i) => `p${i}`);
    const plan = await queryDatabase(nodes.databaseUrl, `EXPLAIN ${STANDINGS_OF}`, [board, players]);
    expect(JSON.stringify(plan)).toContain('Index Scan using standings_pkey');
  });

  it('refuses scores that would have to wait for long, and takes all others', async () => {
    const board = await nodes.newBoard();
    const answers = await Promise.allSettled(Array.from({ length: 60 }, () => everybodySubmits(board)));
    const refused = answers.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expect(answer).toMatchObject({ reason: { code: 'E_BOARD_BUSY' } });
    const [kept] = await queryDatabase<{ count: string }>(
      nodes.databaseUrl,
      'SELECT count(*) FROM submissions WHERE board = $1',
      [board],
    );
    expect(Number(kept?.count)).toBe((answers.length - refused.length) * PLAYERS);
  });
});
