import { createClient } from 'redis';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queryDatabase } from '../../../support/database.js';
import { asOperator } from '../../../support/settings.js';
import { until } from '../../../support/until.js';
import { score, useBoardApp } from '../board-app.js';

interface Keys {
  set: string;
  state: string;
}

const ALIEN = { score: 2 ** 52, value: 'from another ledger' };

const api = useBoardApp();
const { get, submit, newBoard, rowsOf } = api;

describe('a board whose sorted sets were lost or changed', () => {
  let client: ReturnType<typeof createClient>;
  beforeAll(async () => {
    client = createClient({ url: api.app.engine.url.replace(/^valkey/, 'redis') });
    client.on('error', () => undefined);
    await client.connect();
  });
  afterAll(() => client.destroy());

  it('never shows a half-built board, even if the engine loses data during the rebuild', async () => {
    const board = await newBoard();
    const players = Array.from({ length: 3000 }, (_, i) => score(`p${i}`, i));
    for (let i = 0; i < 3; i++) await submit(board, players.slice(i * 1000, (i + 1) * 1000)).expect(200);
    for (let round = 0; round < 5; round++) {
      await client.flushAll();
      // supertest sends the request only when then() is called.
      const reading = get(`/${board}?limit=1`)
        .expect(200)
        .then((answer) => answer);
      await client.flushAll();
      expect((await reading).body.total).toBe(3000);
      await until(async () => (await get(`/${board}`)).body.degraded === undefined);
      expect((await get(`/${board}?limit=1`)).body).toMatchObject({ total: 3000, version: 3000 });
    }
  });

  it('reaches the version of the ledger while two nodes keep writing', async () => {
    const board = await newBoard();
    const other = await api.app.startNode();
    let points = 0;
    for (let round = 0; round < 5; round++) {
      await submit(board, [score('a', ++points), score('b', ++points)]);
      await client.flushAll();
      await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          submit(board, score(`p${i}`, ++points), i % 2 ? other.url : api.app.url),
        ),
      );
      const [{ sequence } = { sequence: '' }] = await queryDatabase<{ sequence: string }>(
        api.app.databaseUrl,
        'SELECT sequence FROM boards WHERE board = $1',
        [board],
      );
      await until(async () => (await get(`/${board}`)).body.version === Number(sequence));
    }
    await other.close();
    expect((await get(`/${board}`)).body.total).toBe(12);
  });

  it.each([
    ['lost a set but not its state', (keys: Keys) => client.del(keys.set)],
    ['lost its state but not a set', (keys: Keys) => client.del(keys.state)],
    [
      'has no checkpoint, as a node of an earlier release wrote it',
      (keys: Keys) => client.hDel(keys.state, 'mark'),
    ],
    ['has a later version than its ledger', (keys: Keys) => client.hSet(keys.state, { position: '5000' })],
    [
      'belongs to another ledger',
      (keys: Keys) => client.multi().hSet(keys.state, { ledger: 'another' }).zAdd(keys.set, ALIEN).exec(),
    ],
  ])('is rebuilt when it %s', async (_what, damage) => {
    const board = await newBoard();
    await submit(board, [score('a', 2), score('b', 1)]).expect(200);
    const tag = `caching:board:{${board}}`;
    await damage({ set: `${tag}:all`, state: `${tag}:state` });
    const submission = score('c', 3);
    await submit(board, submission);
    // On a busy machine the rebuild can take longer than a submission waits: 202 without a rank.
    await until(async () => (await submit(board, submission)).status === 200);
    expect((await submit(board, submission)).body.rank).toBe(1);
    expect(await rowsOf(board)).toEqual([
      [1, 'c', 3],
      [2, 'a', 2],
      [3, 'b', 1],
    ]);
  });

  it('is rebuilt when the engine was flushed', async () => {
    const board = await newBoard();
    await submit(board, [score('a', 2), score('b', 1)]).expect(200);
    const client = createClient({ url: api.app.engine.url.replace(/^valkey/, 'redis') });
    await client.connect();
    await client.flushAll();
    client.destroy();
    const third = score('c', 3);
    let rank: unknown;
    // The rank is null if the rebuild takes longer than a caller waits.
    await until(async () => {
      ({ rank } = (await submit(board, third)).body as { rank: unknown });
      return rank !== null;
    });
    expect(rank).toBe(1);
    expect(await rowsOf(board)).toEqual([
      [1, 'c', 3],
      [2, 'a', 2],
      [3, 'b', 1],
    ]);
  });

  it('is rebuilt by POST /api/leaderboards/:board/rebuild, for operators', async () => {
    const board = await newBoard();
    await submit(board, [score('a', 2), score('b', 1)]).expect(200);
    const client = createClient({ url: api.app.engine.url.replace(/^valkey/, 'redis') });
    await client.connect();
    // A change that no check detects: the number of players stays the same.
    await client.zRem(`caching:board:{${board}}:all`, 'a');
    await client.zAdd(`caching:board:{${board}}:all`, { score: 1, value: 'stranger' });
    client.destroy();
    await request(api.app.url).post(`/api/leaderboards/${board}/rebuild`).expect(401);
    await request(api.app.url).post(`/api/leaderboards/${board}/rebuild`).set(asOperator).expect(202);
    await until(async () => (await rowsOf(board))[0]?.[1] === 'a');
    expect(await rowsOf(board)).toEqual([
      [1, 'a', 2],
      [2, 'b', 1],
    ]);
    await request(api.app.url).post('/api/leaderboards/nobody-made-me/rebuild').set(asOperator).expect(404);
  });
});

describe('a board while the engine is down', () => {
  it('accepts scores, and has them when the engine restarts empty', async () => {
    const board = await newBoard();
    await submit(board, score('before', 1)).expect(200);
    await api.app.engine.kill();
    const away = await submit(board, score('during', 2)).expect(202);
    expect(away.body).toMatchObject({ score: 2, rank: null, applied: true });
    const degraded = await get(`/${board}`).expect(200);
    expect(degraded.body).toMatchObject({ degraded: true, total: 2 });
    expect((await get(`/${board}/players/before`).expect(200)).body).toEqual({
      rank: null,
      score: 1,
      percentile: null,
      total: 2,
      period: 'all',
      endsAt: null,
      degraded: true,
    });
    expect((await get(`/${board}/players/before/neighbours`).expect(200)).body).toMatchObject({
      degraded: true,
      entries: [
        { rank: null, playerId: 'during', score: 2 },
        { rank: null, playerId: 'before', score: 1 },
      ],
    });
    await api.app.engine.restart();
    await until(async () => (await get(`/${board}`)).body.degraded === undefined);
    const { body } = await get(`/${board}`).expect(200);
    expect(body).toMatchObject({ version: 2, entries: [{ playerId: 'during' }, { playerId: 'before' }] });
    expect(body.degraded).toBeUndefined();
  });
});
