import { randomUUID } from 'node:crypto';
import { createClient } from 'redis';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SubmissionAnswer } from '../../../../src/leaderboard/index.js';
import { installed, startApp, type TestApp } from '../../../support/app.js';
import { asGameServer, asOperator } from '../../../support/settings.js';
import { queryDatabase } from '../../../support/database.js';
import { until } from '../../../support/until.js';

interface Keys {
  set: string;
  state: string;
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

    it('refuses another definition of the same board, with the way to get one', async () => {
      const board = await newBoard({ max: 500 });
      const other = { max: 600, order: 'asc', windows: ['daily', 'all'] };
      const { body } = await request(app.url)
        .put(`/api/leaderboards/${board}`)
        .set(asGameServer)
        .send(other)
        .expect(409);
      expect(body).toMatchObject({
        code: 'E_BOARD_EXISTS',
        detail: expect.stringMatching(/other order, windows, max.*another name/),
      });
    });

    it('takes either of two keys while one replaces the other', async () => {
      const keys = ['a'.repeat(32), 'b'.repeat(32)];
      const node = await app.startNode({ GAME_SERVER_KEY: keys.join() });
      const board = await newBoard();
      const asked = [...keys, 'c'.repeat(32)].map((key, i) =>
        request(node.url)
          .post(`/api/leaderboards/${board}/scores`)
          .set({ authorization: `Bearer ${key}` })
          .send(score('ada', i)),
      );
      expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 401]);
      await node.close();
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
      [{ max: 9_007_199_255 }, 'max'],
      [{ operator: 'mean' }, 'operator'],
      [{ windows: ['daily'] }, 'windows'],
      [{ windows: ['all', 'hourly'] }, 'windows.1'],
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

    it('has one effect for the same submission 100 times in parallel on two nodes, and 99 answers alike but for applied', async () => {
      const board = await newBoard();
      const other = await app.startNode();
      const submission = score('ada', 10);
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          submit(board, submission, i % 2 ? other.url : app.url).expect(200),
        ),
      );
      await other.close();
      const repeats = answers.map(({ body }) => body as SubmissionAnswer).filter(({ applied }) => !applied);
      expect(repeats).toHaveLength(99);
      expect(new Set(repeats.map((repeat) => JSON.stringify(repeat)))).toEqual(
        new Set([JSON.stringify({ ...submission, rank: 1, previousRank: null, applied: false })]),
      );
      expect((await get(`/${board}`).expect(200)).body).toMatchObject({ total: 1, version: 1 });
    });

    it('refuses ids that were used for another score, and names their rows', async () => {
      const board = await newBoard({ operator: 'sum' });
      const accepted = score('ada', 10);
      await submit(board, accepted).expect(200);
      await submit(board, score('grace', 1, 'used')).expect(200);
      const batch = [accepted, score('grace', 2, 'used'), score('ada', 5)];
      const { body } = await submit(board, batch).expect(409);
      expect(body).toMatchObject({
        code: 'E_SUBMISSION_CONFLICT',
        detail: expect.stringMatching(/^1\.submissionId: .*new id to these rows only/),
        errors: [{ field: '1.submissionId' }],
      });
      // Who does as it says counts nothing twice.
      await submit(board, [batch[0], { ...batch[1], submissionId: randomUUID() }, batch[2]]).expect(200);
      expect(await pageOf(board)).toEqual([
        [1, 'ada', 15],
        [2, 'grace', 3],
      ]);
    });

    it('answers a batch again, row by row, after one of its players was forgotten', async () => {
      const board = await newBoard({ operator: 'sum' });
      const batch = ['p1', 'p2', 'p3'].map((playerId, i) => score(playerId, 10 - i));
      const first = (await submit(board, batch).expect(200)).body as SubmissionAnswer[];
      await request(app.url).delete('/api/players/p2').set(asGameServer).expect(204);
      const again = (await submit(board, batch).expect(200)).body as SubmissionAnswer[];
      expect(again).toEqual(first.map((answer) => ({ ...answer, applied: false })));
      expect(await pageOf(board)).toEqual([
        [1, 'p1', 10],
        [2, 'p3', 8],
      ]);
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
        errors: [{ field: '1.score' }],
      });
      expect(await pageOf(board)).toEqual([]);
    });

    it.each([
      [{ score: 1.5 }, 'score'],
      [{ score: 2 ** 53 }, 'score'],
      [{ score: '7' }, 'score'],
      [{ playerId: '' }, 'playerId'],
      [{ playerId: 'é'.repeat(65) }, 'playerId'],
      [{ submissionId: 'x'.repeat(129) }, 'submissionId'],
      [{ rank: 1 }, ''],
    ])('names the field that is wrong in %j', async (wrong, field) => {
      const { body } = await submit(await newBoard(), { ...score('ada', 1), ...wrong }).expect(422);
      expect(body.errors[0].field).toBe(field);
    });

    it('refuses -0, which JSON can say', async () => {
      const { body } = await request(app.url)
        .post(`/api/leaderboards/${await newBoard({ min: -1 })}/scores`)
        .set(asGameServer)
        .type('json')
        .send('{"submissionId":"a","playerId":"b","score":-0}')
        .expect(422);
      expect(body.errors[0].field).toBe('score');
    });

    it('refuses 1,001 submissions at once', async () => {
      const rows = Array.from({ length: 1001 }, (_, i) => score(`p${i}`, i));
      expect((await submit(await newBoard(), rows).expect(422)).body).toMatchObject({
        code: 'E_INVALID',
        detail: 'Correct the body: must be at most 1,000 submissions',
      });
    });

    it('names the row of the caller, also behind a repeat', async () => {
      const board = await newBoard({ max: 100 });
      const known = score('ada', 10);
      await submit(board, known).expect(200);
      const { body } = await submit(board, [known, score('grace', 101)]).expect(422);
      expect(body.errors[0].field).toBe('1.score');
    });

    it('adds up, and refuses a total outside the bounds', async () => {
      const board = await newBoard({ operator: 'sum', max: 100 });
      await submit(board, [score('ada', 60), score('ada', 30), score('grace', 50)]).expect(200);
      const { body } = await submit(board, [score('grace', 1), score('ada', 11)]).expect(422);
      expect(body.detail).toMatch(/^1\.score .* total/);
      expect(await pageOf(board)).toEqual([
        [1, 'ada', 90],
        [2, 'grace', 50],
      ]);
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

  describe('GET /api/leaderboards/:board/players/:playerId/neighbours', () => {
    it('shows a player among those just above and below, with names', async () => {
      const board = await newBoard({ ties: 'shared' });
      await request(app.url).put('/api/players/d').set(asGameServer).send({ name: 'Dora' }).expect(204);
      await submit(board, [score('a', 9), score('b', 5), score('c', 5), score('d', 5), score('e', 1)]);
      const { body } = await get(`/${board}/players/c/neighbours?radius=1`).expect(200);
      expect(body).toEqual({
        board,
        window: 'all',
        total: 5,
        version: 5,
        entries: [
          { rank: 2, playerId: 'b', name: null, score: 5 },
          { rank: 2, playerId: 'c', name: null, score: 5 },
          { rank: 2, playerId: 'd', name: 'Dora', score: 5 },
        ],
      });
      expect((await get(`/${board}/players/x/neighbours`).expect(404)).body.code).toBe('E_PLAYER_NOT_RANKED');
      await get(`/${board}/players/c/neighbours?radius=501`).expect(422);
    });
  });

  describe('POST /api/leaderboards/:board/ranks', () => {
    const ranks = (board: string, body: object) =>
      request(app.url).post(`/api/leaderboards/${board}/ranks`).send(body);

    it('ranks friends on the board and among themselves', async () => {
      const board = await newBoard({ order: 'asc' });
      await submit(board, [score('a', 9), score('b', 5), score('c', 7), score('d', 1)]).expect(200);
      const { body } = await ranks(board, { playerIds: ['a', 'c', 'nobody', 'd'] }).expect(200);
      expect(body.entries).toEqual([
        { rank: 1, rankAmongThese: 1, playerId: 'd', score: 1 },
        { rank: 3, rankAmongThese: 2, playerId: 'c', score: 7 },
        { rank: 4, rankAmongThese: 3, playerId: 'a', score: 9 },
      ]);
    });

    it.each([{}, { playerIds: [] }, { playerIds: Array.from({ length: 1001 }, String) }, { playerIds: [7] }])(
      'refuses what is no list of up to 1,000 players',
      async (body) => {
        const problem = await ranks(await newBoard(), body).expect(422);
        expect(problem.body.errors[0].field).toMatch(/^playerIds/);
      },
    );
  });

  it('ranks each day, week and month by itself', async () => {
    const board = await newBoard({ windows: ['monthly', 'all'], operator: 'sum' });
    await submit(board, [score('a', 3), score('b', 5)]).expect(200);
    const { body } = await get(`/${board}?window=monthly`).expect(200);
    expect(body).toMatchObject({
      window: 'monthly',
      total: 2,
      entries: [{ playerId: 'b' }, { playerId: 'a' }],
    });
    expect((await get(`/${board}?window=daily`).expect(404)).body.code).toBe('E_WINDOW_UNKNOWN');
  });

  describe('DELETE /api/players/:playerId', () => {
    it('forgets a player everywhere', async () => {
      const board = await newBoard({ windows: ['all', 'daily'] });
      await request(app.url).put('/api/players/gone').set(asGameServer).send({ name: 'Gone' }).expect(204);
      const submission = score('gone', 9);
      await submit(board, [submission, score('stays', 5)]).expect(200);
      expect((await get(`/${board}`)).body.entries[0].name).toBe('Gone');
      await request(app.url).delete('/api/players/gone').expect(401);
      await request(app.url).delete('/api/players/gone').set(asGameServer).expect(204);
      expect(await pageOf(board)).toEqual([[1, 'stays', 5]]);
      expect((await get(`/${board}?window=daily`)).body).toMatchObject({ total: 1, version: 3 });
      // A game server that tries again revives nobody.
      expect((await submit(board, submission).expect(200)).body).toMatchObject({ applied: false });
      const [row] = await queryDatabase<{ left: string }>(
        app.databaseUrl,
        `SELECT (SELECT count(*) FROM submissions WHERE player_id = 'gone') +
                (SELECT count(*) FROM standings WHERE player_id = 'gone') +
                (SELECT count(*) FROM players WHERE player_id = 'gone') AS left`,
      );
      expect(row?.left).toBe('0');
      await submit(board, score('gone', 1)).expect(200);
      expect((await get(`/${board}`)).body.entries[1]).toEqual({
        rank: 2,
        playerId: 'gone',
        name: null,
        score: 1,
      });
    });
  });

  describe('POST /api/leaderboards/:board/rebuild', () => {
    it('fills a board anew from the ledger, for operators', async () => {
      const board = await newBoard();
      await submit(board, [score('a', 2), score('b', 1)]).expect(200);
      const client = createClient({ url: app.engine.url.replace(/^valkey/, 'redis') });
      await client.connect();
      // Something that no check can see: as many players, of whom one is another.
      await client.zRem(`caching:board:{${board}}:all`, 'a');
      await client.zAdd(`caching:board:{${board}}:all`, { score: 1, value: 'stranger' });
      client.destroy();
      await request(app.url).post(`/api/leaderboards/${board}/rebuild`).expect(401);
      await request(app.url).post(`/api/leaderboards/${board}/rebuild`).set(asOperator).expect(202);
      await until(async () => (await pageOf(board))[0]?.[1] === 'a');
      expect(await pageOf(board)).toEqual([
        [1, 'a', 2],
        [2, 'b', 1],
      ]);
      await request(app.url).post('/api/leaderboards/nobody-made-me/rebuild').set(asOperator).expect(404);
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
    expect((await get(`/${board}/players/before`).expect(200)).body).toEqual({
      rank: null,
      score: 1,
      percentile: null,
      total: 2,
      degraded: true,
    });
    expect((await get(`/${board}/players/before/neighbours`).expect(200)).body).toMatchObject({
      degraded: true,
      entries: [
        { rank: null, playerId: 'during', score: 2 },
        { rank: null, playerId: 'before', score: 1 },
      ],
    });
    await app.engine.restart();
    await until(async () => (await get(`/${board}`)).body.degraded === undefined);
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
      ['lost its set but not its state', (keys: Keys) => client.del(keys.set)],
      ['lost its state but not its set', (keys: Keys) => client.del(keys.state)],
      ['was last written by a node of an earlier version', (keys: Keys) => client.hDel(keys.state, 'mark')],
      ['is ahead of its ledger', (keys: Keys) => client.hSet(keys.state, { position: '5000' })],
      [
        'shows another ledger',
        (keys: Keys) => client.multi().hSet(keys.state, { ledger: 'another' }).zAdd(keys.set, ALIEN).exec(),
      ],
    ])('repairs a board that %s', async (_what, damage) => {
      const board = await newBoard();
      await submit(board, [score('a', 2), score('b', 1)]).expect(200);
      const tag = `caching:board:{${board}}`;
      await damage({ set: `${tag}:all`, state: `${tag}:state` });
      const submission = score('c', 3);
      await submit(board, submission);
      // 202 without a rank if the rebuild takes longer than a submission waits, as on a busy machine.
      await until(async () => (await submit(board, submission)).status === 200);
      expect((await submit(board, submission)).body.rank).toBe(1);
      expect(await pageOf(board)).toEqual([
        [1, 'c', 3],
        [2, 'a', 2],
        [3, 'b', 1],
      ]);
    });
  });

  it('goes on taking scores when a newer node’s migration adds columns to its tables', async () => {
    const board = await newBoard();
    await submit(board, score('before', 2)).expect(200);
    for (const table of ['boards', 'submissions', 'standings', 'answers']) {
      await queryDatabase(app.databaseUrl, `ALTER TABLE ${table} ADD COLUMN added text`);
    }
    await submit(board, score('after', 1)).expect(200);
    for (const table of ['boards', 'submissions', 'standings', 'answers']) {
      await queryDatabase(app.databaseUrl, `ALTER TABLE ${table} DROP COLUMN added`);
    }
    await submit(board, score('later', 0)).expect(200);
    expect(await pageOf(board)).toEqual([
      [1, 'before', 2],
      [2, 'after', 1],
      [3, 'later', 0],
    ]);
  });

  it('refuses a name of blanks only, and takes the blanks around one away', async () => {
    const save = (name: string) =>
      request(app.url).put('/api/players/blank').set(asGameServer).send({ name });
    expect((await save('   ').expect(422)).body.errors).toMatchObject([{ field: 'name' }]);
    await save('  Ada ').expect(204);
    const board = await newBoard();
    await submit(board, score('blank', 1)).expect(200);
    expect((await get(`/${board}`)).body.entries).toMatchObject([{ playerId: 'blank', name: 'Ada' }]);
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
    const third = score('c', 3);
    let rank: unknown;
    // Without a rank where the rebuild takes longer than a caller waits.
    await until(async () => {
      ({ rank } = (await submit(board, third)).body as { rank: unknown });
      return rank !== null;
    });
    expect(rank).toBe(1);
    expect(await pageOf(board)).toEqual([
      [1, 'c', 3],
      [2, 'a', 2],
      [3, 'b', 1],
    ]);
  });
});
