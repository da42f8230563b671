import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer } from '../../../../local/index.js';
import { STANDINGS_OF } from '../../../../src/leaderboard/ledger/batch-ledger.js';
import { redisLike } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { type BoardNodes, startBoardNodes } from '../board-nodes.js';

const PLAYERS = 1_000;
const SEASONS = 5;

/** As a client does while a busy database answers 503. A season that is closed already answers 409. */
async function repeated(request: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await request();
      return;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'E_SEASON_EXISTS') return;
      if (code !== 'E_DATABASE_UNAVAILABLE' && code !== 'E_BOARD_BUSY') throw error;
    }
  }
}

describe('a board under load', () => {
  let server: LocalServer;
  let nodes: BoardNodes;
  beforeAll(async () => {
    server = await startTestEngine(redisLike());
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

  it.each([
    ['before the database has statistics', null],
    ['on a board that is newer than the statistics', 'ANALYZE standings'],
  ])('reads one row per player by the primary key %s', async (_when, statement) => {
    if (statement) await queryDatabase(nodes.databaseUrl, statement);
    const board = await nodes.newBoard();
    await everybodySubmits(board);
    const players = Array.from({ length: PLAYERS }, (_, i) => `p${i}`);
    const plan = await queryDatabase(nodes.databaseUrl, `EXPLAIN ${STANDINGS_OF}`, [board, players, ['all']]);
    expect(JSON.stringify(plan)).toMatch(/Index Scan (on|using) standings_pkey/);
  });

  it('accepts scores while the engine is down and PostgreSQL rejects readers with E_BOARD_BUSY', async () => {
    const cutOff = await nodes.start('redis://127.0.0.1:1');
    const board = await nodes.newBoard({ windows: ['all', 'daily'] });
    await everybodySubmits(board);
    await queryDatabase(
      nodes.databaseUrl,
      `INSERT INTO standings (board, period, player_id, merit, sequence)
       SELECT board, period, player_id || '-' || n, n, sequence FROM standings, generate_series(1, 200) n
       WHERE board = $1 AND period <> 'all'`,
      [board],
    );
    const done = new AbortController();
    const refusals: unknown[] = [];
    const read = async (offset: number) => {
      while (!done.signal.aborted) {
        const question = { window: 'daily', offset, limit: 10 } as const;
        await cutOff.leaderboard.page(board, question).catch((error: unknown) => refusals.push(error));
        await delay(1);
      }
    };
    const readers = Promise.all(Array.from({ length: 200 }, (_, offset) => read(offset)));
    for (let score = 1; score <= 3; score++) {
      const submission = { submissionId: randomUUID(), playerId: 'writer', score };
      const [answer] = await cutOff.leaderboard.submit(board, [submission]);
      expect(answer).toMatchObject({ score, applied: true });
    }
    done.abort();
    await readers;
    expect(refusals.length).toBeGreaterThan(0);
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'E_BOARD_BUSY' });
  }, 60_000);

  it('counts each of 2,000 submissions a second in one season while seasons are closed', async () => {
    const board = await nodes.newBoard({ operator: 'sum', windows: ['all', 'daily'] });
    const sent: string[] = [];
    const startedAt = performance.now();
    const submitting: Promise<unknown>[] = [];
    const seasons = Array.from({ length: SEASONS }, (_, i) => `season-${i}`);
    for (const season of seasons) {
      for (let wave = 0; wave < 10; wave++) {
        for (const { leaderboard } of nodes.nodes) {
          const players = Array.from({ length: 50 }, () => randomUUID());
          sent.push(...players);
          const scores = players.map((playerId) => ({ submissionId: playerId, playerId, score: 1 }));
          submitting.push(repeated(() => leaderboard.submit(board, scores)));
        }
        // The rate: 100 submissions in 50 ms.
        await delay(50);
      }
      submitting.push(repeated(() => nodes.nodes[1].leaderboard.closeSeason(board, season)));
    }
    const perSecond = sent.length / ((performance.now() - startedAt) / 1_000);
    await Promise.all(submitting);
    await nodes.settled(board);
    const [{ leaderboard }] = nodes.nodes;
    const found: string[] = [];
    for (const season of [...seasons, undefined]) {
      for (let offset = 0, total = 1; offset < total; offset += 1000) {
        const page = await leaderboard.page(board, { window: 'all', season, offset, limit: 1000 });
        total = page.total;
        found.push(...page.entries.map(({ playerId, score }) => `${playerId} ${score}`));
      }
    }
    const counted = new Set(found);
    const lost = sent.filter((playerId) => !counted.has(`${playerId} 1`)).length;
    expect({ lost, inTwoSeasons: found.length - counted.size }).toEqual({ lost: 0, inTwoSeasons: 0 });
    expect(found).toHaveLength(sent.length);
    expect((await leaderboard.page(board, { window: 'daily', offset: 0, limit: 1 })).total).toBe(sent.length);
    console.log(
      `${sent.length} submissions, ${Math.round(perSecond)} a second, in ${SEASONS + 1} seasons: 0 lost, 0 doubled, 0 in two seasons`,
    );
  }, 60_000);

  it('answers 500 readers of one page while the engine is down', async () => {
    const cutOff = await nodes.start('redis://127.0.0.1:1');
    const board = await nodes.newBoard();
    await everybodySubmits(board);
    const question = { window: 'all', offset: 0, limit: 10 } as const;
    const pages = await Promise.all(
      Array.from({ length: 500 }, () => cutOff.leaderboard.page(board, question)),
    );
    for (const page of pages) expect(page).toMatchObject({ degraded: true, total: PLAYERS });
  });

  it('rejects scores beyond the queue limit with E_BOARD_BUSY, and keeps all others', async () => {
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
