import { randomUUID } from 'node:crypto';
import { createClient } from 'redis';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SubmissionAnswer } from '../../../src/leaderboard/index.js';
import { installed, startApp, type TestApp } from '../../support/app.js';
import { asGameServer } from '../../support/settings.js';
import { queryDatabase } from '../../support/database.js';
import { until } from '../../support/until.js';

interface Keys {
  set: string;
  position: string;
}

const ALIEN = { score: 2 ** 52, value: 'from another ledger' };

describe.each(installed('redis', 'valkey'))('leaderboards on %s', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ engine: kind });
  });
  afterAll(() => app.close());

  const get = (path: string) => request(app.url).get(`/api/leaderboards${path}`);
  const submit = (board: string, body: object, url = app.url) =>
    request(url).post(`/api/leaderboards/${board}/scores`).set(asGameServer).send(body);
  const score = (playerId: string, points: number, submissionId: string = randomUUID()) => ({
    submissionId,
    playerId,
    score: points,
  });

  async function newBoard(definition: object = {}): Promise<string> {
    const board = `board-${randomUUID()}`;
    await request(app.url).put(`/api/leaderboards/${board}`).set(asGameServer).send(definition).expect(200);
    return board;
  }

  const pageOf = async (board: string): Promise<[rank: number, playerId: string, score: number][]> =>
    (await get(`/${board}`).expect(200)).body.entries.map(
      ({ rank, playerId, score }: { rank: number; playerId: string; score: number }) => [
        rank,
        playerId,
        score,
      ],
    );

  describe('PUT /api/leaderboards/:board', () => {
    it('makes a board, and the same again changes nothing', async () => {
      const board = await newBoard({ min: 0, max: 500 });
      const same = request(app.url)
        .put(`/api/leaderboards/${board}`)
        .set(asGameServer)
        .send({ min: 0, max: 500 });
      expect((await same.expect(200)).body).toMatchObject({
        board,
        order: 'desc',
        operator: 'best',
        max: 500,
      });
      const { body } = await get('').expect(200);
      expect(body).toContainEqual(expect.objectContaining({ board, players: 0, windows: ['all'] }));
    });

    it('refuses another definition of the same board', async () => {
      const board = await newBoard({ max: 500 });
      const other = request(app.url).put(`/api/leaderboards/${board}`).set(asGameServer).send({ max: 600 });
      expect((await other.expect(409)).body.code).toBe('E_BOARD_EXISTS');
    });

    it('is for game servers only', async () => {
      await request(app.url).put('/api/leaderboards/mine').send({}).expect(401);
      const { body } = await request(app.url)
        .post('/api/leaderboards/mine/scores')
        .send(score('me', 1))
        .expect(401);
      expect(body.code).toBe('E_KEY_REQUIRED');
    });

    it.each([
      [{ min: 5, max: 5 }, 'max'],
      [{ max: 2 ** 53 }, 'max'],
      [{ order: 'sideways' }, 'order'],
      [{ max: '10' }, 'max'],
    ])('names the field that is wrong in %j', async (definition, field) => {
      const { body } = await request(app.url)
        .put('/api/leaderboards/wrong')
        .set(asGameServer)
        .send(definition)
        .expect(422);
      expect(body.errors[0].field).toBe(field);
    });
  });

  describe('POST /api/leaderboards/:board/scores', () => {
    it('keeps the best score and tells how the rank changed', async () => {
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

    it('tells a newcomer that there was no rank before', async () => {
      const { body } = await submit(await newBoard(), score('ada', 1)).expect(200);
      expect(body).toMatchObject({ rank: 1, previousRank: null, applied: true });
    });

    it('ranks the earlier of two equal scores first', async () => {
      const board = await newBoard();
      await submit(board, [score('first', 10), score('second', 10)]).expect(200);
      await submit(board, score('third', 10)).expect(200);
      expect(await pageOf(board)).toEqual([
        [1, 'first', 10],
        [2, 'second', 10],
        [3, 'third', 10],
      ]);
    });

    it('takes a submission once, and answers a repeat the same but for applied', async () => {
      const board = await newBoard();
      const submission = score('ada', 10);
      const first = (await submit(board, submission).expect(200)).body as SubmissionAnswer;
      await submit(board, score('grace', 50)).expect(200);
      const repeat = (await submit(board, submission).expect(200)).body as SubmissionAnswer;
      expect(first.applied).toBe(true);
      expect(repeat).toEqual({ ...first, applied: false });
    });

    it('has one effect for the same submission 50 times in parallel on two nodes', async () => {
      const board = await newBoard();
      const other = await app.startNode();
      const submission = score('ada', 10);
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          submit(board, submission, i % 2 ? other.url : app.url).expect(200),
        ),
      );
      await other.close();
      expect(answers.filter(({ body }) => body.applied)).toHaveLength(1);
      expect((await get(`/${board}`).expect(200)).body).toMatchObject({ total: 1, version: 1 });
    });

    it('refuses an id that was used for another score', async () => {
      const board = await newBoard();
      await submit(board, score('ada', 10, 'the-one')).expect(200);
      const { body } = await submit(board, score('ada', 11, 'the-one')).expect(409);
      expect(body.code).toBe('E_SUBMISSION_CONFLICT');
    });

    it('applies nothing of a batch with one bad row, and names the row', async () => {
      const board = await newBoard({ max: 100 });
      const wrong = await submit(board, [score('ada', 10), score('', 1.5)]).expect(422);
      expect(wrong.body.errors.map(({ field }: { field: string }) => field)).toEqual([
        '1.playerId',
        '1.score',
      ]);
      const outside = await submit(board, [score('ada', 10), score('grace', 101)]).expect(422);
      expect(outside.body).toMatchObject({
        code: 'E_SCORE_OUT_OF_BOUNDS',
        detail: expect.stringContaining('1.score'),
      });
      expect(await pageOf(board)).toEqual([]);
    });

    it('answers 404 for a board that nobody made', async () => {
      const { body } = await submit('nobody-made-me', score('ada', 1)).expect(404);
      expect(body.code).toBe('E_BOARD_UNKNOWN');
    });
  });

  describe('GET /api/leaderboards/:board', () => {
    it('pages through the board with names', async () => {
      const board = await newBoard();
      await request(app.url)
        .put('/api/players/named')
        .set(asGameServer)
        .send({ name: 'Ada', country: 'GB' })
        .expect(204);
      await submit(board, [score('a', 3), score('named', 2), score('c', 1)]).expect(200);
      const { body } = await get(`/${board}?offset=1&limit=1`).expect(200);
      expect(body).toEqual({
        board,
        window: 'all',
        total: 3,
        version: 3,
        entries: [{ rank: 2, playerId: 'named', name: 'Ada', score: 2 }],
      });
    });

    it.each(['limit=1001', 'limit=0', 'offset=-1', 'window=hourly'])('refuses %s', async (query) => {
      const { body } = await get(`/${await newBoard()}?${query}`).expect(422);
      expect(body.errors[0].field).toBe(query.split('=')[0]);
    });
  });

  describe('GET /api/leaderboards/:board/players/:playerId', () => {
    it('tells rank, score and percentile', async () => {
      const board = await newBoard();
      await submit(board, [score('a', 4), score('b', 3), score('c', 2), score('d', 1)]).expect(200);
      expect((await get(`/${board}/players/b`).expect(200)).body).toEqual({
        rank: 2,
        score: 3,
        percentile: 75,
        total: 4,
      });
    });

    it('answers 404 for a player without a score', async () => {
      const { body } = await get(`/${await newBoard()}/players/nobody`).expect(404);
      expect(body.code).toBe('E_PLAYER_NOT_RANKED');
    });
  });

  it('accepts scores while the engine is away and shows them when it is back, empty as it may be', async () => {
    const board = await newBoard();
    await submit(board, score('before', 1)).expect(200);
    await app.engine.kill();
    const away = await submit(board, score('during', 2)).expect(202);
    expect(away.body).toMatchObject({ score: 2, rank: null, applied: true });
    const degraded = await get(`/${board}`).expect(200);
    expect(degraded.body).toMatchObject({ degraded: true, total: 2 });
    await get(`/${board}/players/before`).expect(503);
    await app.engine.restart();
    await until(async () => (await get(`/${board}/players/during`)).status === 200);
    const { body } = await get(`/${board}`).expect(200);
    expect(body).toMatchObject({ version: 2, entries: [{ playerId: 'during' }, { playerId: 'before' }] });
    expect(body.degraded).toBeUndefined();
  });

  describe('rebuilding', () => {
    let client: ReturnType<typeof createClient>;
    beforeAll(async () => {
      client = createClient({ url: app.engine.url.replace(/^valkey/, 'redis') });
      client.on('error', () => undefined);
      await client.connect();
    });
    afterAll(() => client.destroy());

    it('never shows a half-built board, even if the engine loses its beginning meanwhile', async () => {
      const board = await newBoard();
      const players = Array.from({ length: 3000 }, (_, i) => score(`p${i}`, i));
      for (let i = 0; i < 3; i++) await submit(board, players.slice(i * 1000, (i + 1) * 1000)).expect(200);
      for (let round = 0; round < 5; round++) {
        await client.flushAll();
        const reading = get(`/${board}?limit=1`).expect(200);
        await client.flushAll();
        expect((await reading).body.total).toBe(3000);
        await until(async () => (await get(`/${board}`)).body.degraded === undefined);
        expect((await get(`/${board}?limit=1`)).body).toMatchObject({ total: 3000, version: 3000 });
      }
    });

    it('ends where the ledger is while two nodes go on writing', async () => {
      const board = await newBoard();
      const other = await app.startNode();
      let points = 0;
      for (let round = 0; round < 5; round++) {
        await submit(board, [score('a', ++points), score('b', ++points)]);
        await client.flushAll();
        await Promise.all(
          Array.from({ length: 10 }, (_, i) =>
            submit(board, score(`p${i}`, ++points), i % 2 ? other.url : app.url),
          ),
        );
        const [{ sequence } = { sequence: '' }] = await queryDatabase<{ sequence: string }>(
          app.databaseUrl,
          'SELECT sequence FROM boards WHERE board = $1',
          [board],
        );
        await until(async () => (await get(`/${board}`)).body.version === Number(sequence));
      }
      await other.close();
      expect((await get(`/${board}`)).body.total).toBe(12);
    });

    it.each([
      ['lost its set but not its position', (keys: Keys) => client.del(keys.set)],
      [
        'shows another ledger',
        (keys: Keys) => client.multi().set(keys.position, '5000').zAdd(keys.set, ALIEN).exec(),
      ],
    ])('repairs a board that %s', async (_what, damage) => {
      const board = await newBoard();
      await submit(board, [score('a', 2), score('b', 1)]).expect(200);
      const tag = `caching:board:{${board}}`;
      await damage({ set: `${tag}:all`, position: `${tag}:position` });
      const { body } = await submit(board, score('c', 3)).expect(200);
      expect(body.rank).toBe(1);
      expect(await pageOf(board)).toEqual([
        [1, 'c', 3],
        [2, 'a', 2],
        [3, 'b', 1],
      ]);
    });
  });

  it('refuses ids that would not arrive as they were sent', async () => {
    const board = await newBoard();
    const wrong = [score('half \ud800', 1), score('nul \u0000', 1), score('ok', 1, '\udfff')];
    const { body } = await submit(board, wrong).expect(422);
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual([
      '0.playerId',
      '1.playerId',
      '2.submissionId',
    ]);
  });

  it('replays a board that the engine forgot without going away', async () => {
    const board = await newBoard();
    await submit(board, [score('a', 2), score('b', 1)]).expect(200);
    const client = createClient({ url: app.engine.url.replace(/^valkey/, 'redis') });
    await client.connect();
    await client.flushAll();
    client.destroy();
    const { body } = await submit(board, score('c', 3)).expect(200);
    expect(body.rank).toBe(1);
    expect(await pageOf(board)).toEqual([
      [1, 'c', 3],
      [2, 'a', 2],
      [3, 'b', 1],
    ]);
  });
});
