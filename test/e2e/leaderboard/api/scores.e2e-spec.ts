import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { queryDatabase } from '../../../support/database.js';
import { until } from '../../../support/until.js';
import { score, useBoardApp } from '../board-app.js';
import { createEarlierDatabase, writeAsEarlierRelease } from './earlier-release.js';

const DAY_MS = 86_400_000;

const api = useBoardApp();
const { submit, newBoard, rowsOf } = api;

describe('POST /api/leaderboards/:board/scores', () => {
  it('keeps the best score and returns rank and previous rank', async () => {
    const board = await newBoard();
    await submit(board, [score('ada', 10), score('grace', 20)]).expect(200);
    const better = await submit(board, score('ada', 30)).expect(200);
    expect(better.body).toMatchObject({
      playerId: 'ada',
      score: 30,
      rank: 1,
      previousRank: 2,
      applied: true,
    });
    const worse = await submit(board, score('ada', 5)).expect(200);
    expect(worse.body).toMatchObject({ score: 30, rank: 1, previousRank: 1, applied: false });
  });

  it('returns null as previous rank for a new player', async () => {
    const { body } = await submit(await newBoard(), score('ada', 1)).expect(200);
    expect(body).toMatchObject({ rank: 1, previousRank: null, applied: true });
  });

  it('ranks the earlier of equal scores first', async () => {
    const board = await newBoard();
    await submit(board, [score('first', 10), score('second', 10)]).expect(200);
    await submit(board, score('third', 10)).expect(200);
    expect(await rowsOf(board)).toEqual([
      [1, 'first', 10],
      [2, 'second', 10],
      [3, 'third', 10],
    ]);
  });

  it('adds scores up, and rejects a total out of bounds', async () => {
    const board = await newBoard({ operator: 'sum', max: 100 });
    await submit(board, [score('ada', 60), score('ada', 30), score('grace', 50)]).expect(200);
    const { body } = await submit(board, [score('grace', 1), score('ada', 11)]).expect(422);
    expect(body.detail).toMatch(/^1\.score .* total/);
    expect(await rowsOf(board)).toEqual([
      [1, 'ada', 90],
      [2, 'grace', 50],
    ]);
  });

  it('keeps the scores of an earlier release, whose nodes write on after the migration', async () => {
    const databaseUrl = await createEarlierDatabase();
    const at = new Date(Date.now() - 40 * DAY_MS);
    await writeAsEarlierRelease(databaseUrl, { first: 1, last: 2_000, at });
    // One of its submissions, which are 40 days old, is repeated.
    const settings = { DATABASE_URL: databaseUrl, SUBMISSION_RETENTION_DAYS: '60' };
    const node = await api.app.startNode(settings);
    const read = async (path: string) =>
      (await request(node.url).get(`/api/leaderboards/earlier${path}`)).body;
    await until(async () => (await read('')).version === 2_000);
    expect(await read('?limit=1')).toMatchObject({ total: 2_000, entries: [{ rank: 1, playerId: 'p2000' }] });
    expect(await read('/players/p5')).toMatchObject({ rank: 1_996, score: 5 });
    const month = at.toISOString().slice(0, 7);
    const past = { total: 2_000, final: true, entries: [{ rank: 1, playerId: 'p2000', score: 2_000 }] };
    expect(await read(`?period=${month}&limit=1`)).toMatchObject(past);
    const { body } = await submit('earlier', [score('p5', 5, 's5'), score('p5', 1)], node.url).expect(200);
    expect(body).toMatchObject([{ applied: false }, { applied: true, score: 6 }]);

    await writeAsEarlierRelease(databaseUrl, { first: 2_002, last: 2_100, at: new Date() });
    await until(async () => (await read('?limit=1')).entries[0].playerId === 'p2100');
    expect(await read('/players/p5')).toMatchObject({ rank: 2_095, score: 6, total: 2_099 });
    expect(await read(`?period=${month}&limit=1`)).toMatchObject(past);
    await node.close();
  });

  it('accepts scores while the migration of a newer release adds columns', async () => {
    const board = await newBoard();
    await submit(board, score('before', 2)).expect(200);
    for (const table of ['boards', 'submissions', 'standings', 'answers']) {
      await queryDatabase(api.app.databaseUrl, `ALTER TABLE ${table} ADD COLUMN added text`);
    }
    await submit(board, score('after', 1)).expect(200);
    for (const table of ['boards', 'submissions', 'standings', 'answers']) {
      await queryDatabase(api.app.databaseUrl, `ALTER TABLE ${table} DROP COLUMN added`);
    }
    await submit(board, score('later', 0)).expect(200);
    expect(await rowsOf(board)).toEqual([
      [1, 'before', 2],
      [2, 'after', 1],
      [3, 'later', 0],
    ]);
  });
});
