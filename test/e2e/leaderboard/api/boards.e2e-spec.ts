import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { asGameServer } from '../../../support/settings.js';
import { score, useBoardApp } from '../board-app.js';

const api = useBoardApp();
const { get, newBoard } = api;

describe('PUT /api/leaderboards/:board', () => {
  it('creates a board, and confirms an equal definition', async () => {
    const board = await newBoard({ min: 0, max: 500 });
    const same = request(api.app.url)
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

  it('rejects a different definition of an existing board and explains what to do', async () => {
    const board = await newBoard({ max: 500 });
    const other = { max: 600, order: 'asc', windows: ['daily', 'all'] };
    const { body } = await request(api.app.url)
      .put(`/api/leaderboards/${board}`)
      .set(asGameServer)
      .send(other)
      .expect(409);
    expect(body).toMatchObject({
      code: 'E_BOARD_EXISTS',
      detail: expect.stringMatching(/other order, windows, max.*another name/),
    });
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
    [{ timeZone: 'Berlin' }, 'timeZone'],
    [{ timeZone: '+02:00' }, 'timeZone'],
    [{ resetHour: 24 }, 'resetHour'],
  ])('names the field that is wrong in %j', async (definition, field) => {
    const { body } = await request(api.app.url)
      .put('/api/leaderboards/wrong')
      .set(asGameServer)
      .send(definition)
      .expect(422);
    expect(body.errors[0].field).toBe(field);
  });
});

describe('POST /api/leaderboards/:board/seasons', () => {
  const close = (board: string, name: unknown) =>
    request(api.app.url).post(`/api/leaderboards/${board}/seasons`).set(asGameServer).send({ name });

  it('closes a season, which stays readable, and begins an empty one', async () => {
    const board = await newBoard({ operator: 'sum', windows: ['all', 'monthly'] });
    await api.submit(board, [score('a', 5), score('b', 7)]).expect(200);
    expect((await close(board, 'autumn').expect(201)).body).toMatchObject({ board, season: 'autumn' });
    await api.submit(board, score('a', 1)).expect(200);
    expect(await api.rowsOf(board)).toEqual([[1, 'a', 1]]);
    expect((await get(`/${board}?window=monthly`)).body.entries).toMatchObject([{ score: 7 }, { score: 6 }]);
    const { body: autumn } = await get(`/${board}?season=autumn`).expect(200);
    expect(autumn).toMatchObject({ season: 'autumn', final: true, period: 'all', total: 2 });
    expect(autumn.entries).toMatchObject([
      { rank: 1, playerId: 'b' },
      { rank: 2, playerId: 'a', score: 5 },
    ]);
    const { body: place } = await get(`/${board}/players/a?season=autumn`).expect(200);
    expect(place).toMatchObject({ rank: 2, score: 5, total: 2, percentile: 50, season: 'autumn' });
    expect((await get(`/${board}/seasons`)).body.seasons).toMatchObject([{ season: 'autumn' }]);
    await api.removePlayer('b');
    expect((await get(`/${board}?season=autumn`)).body).toMatchObject({ total: 1, entries: [{ rank: 1 }] });
  });

  it('rejects the name of a closed season, and unknown seasons and boards', async () => {
    const board = await newBoard();
    await close(board, 'autumn').expect(201);
    expect((await close(board, 'autumn').expect(409)).body.code).toBe('E_SEASON_EXISTS');
    expect((await get(`/${board}?season=winter`).expect(404)).body.code).toBe('E_SEASON_UNKNOWN');
    expect((await close('nothing', 'autumn').expect(404)).body.code).toBe('E_BOARD_UNKNOWN');
    expect((await close(board, '').expect(422)).body.errors[0].field).toBe('name');
    const { body } = await get(`/${board}?season=autumn&window=daily`).expect(422);
    expect(body.errors[0].field).toBe('season');
  });
});

describe('DELETE /api/leaderboards/:board', () => {
  it('deletes the board with all that it has, and frees its name', async () => {
    const board = await newBoard({ max: 500, windows: ['all', 'daily'] });
    await api.submit(board, score('a', 5, 'first')).expect(200);
    const remove = () => request(api.app.url).delete(`/api/leaderboards/${board}`).set(asGameServer);
    await remove().expect(204);
    for (const path of ['', '/seasons', '/periods', '/players/a']) {
      expect((await get(`/${board}${path}`).expect(404)).body.code).toBe('E_BOARD_UNKNOWN');
    }
    expect((await api.submit(board, score('a', 5)).expect(404)).body.code).toBe('E_BOARD_UNKNOWN');
    await remove().expect(404);

    await api.define(board, { max: 600 }).expect(200);
    expect(await api.rowsOf(board)).toEqual([]);
    const { body } = await api.submit(board, score('a', 600, 'first')).expect(200);
    expect(body).toMatchObject({ applied: true, rank: 1, previousRank: null, score: 600 });
  });

  it('reads a new board of the name by its own definition at once', async () => {
    const board = await newBoard();
    await api.submit(board, score('a', 5)).expect(200);
    expect(await api.rowsOf(board)).toEqual([[1, 'a', 5]]);
    await request(api.app.url).delete(`/api/leaderboards/${board}`).set(asGameServer).expect(204);
    await api.define(board, { order: 'asc', windows: ['all', 'daily'] }).expect(200);
    await api.submit(board, [score('b', 5), score('c', 3)]).expect(200);
    expect((await get(`/${board}?window=daily`).expect(200)).body.total).toBe(2);
    const { body } = await get(`/${board}`).expect(200);
    expect(body).not.toHaveProperty('degraded');
    expect(body.entries).toMatchObject([
      { rank: 1, playerId: 'c', score: 3 },
      { rank: 2, playerId: 'b', score: 5 },
    ]);
  });
});

describe('GAME_SERVER_KEY', () => {
  it('accepts each of two keys during a rotation', async () => {
    const keys = ['a'.repeat(32), 'b'.repeat(32)];
    const node = await api.app.startNode({ GAME_SERVER_KEY: keys.join() });
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

  it('is required to define boards and to submit scores', async () => {
    await request(api.app.url).put('/api/leaderboards/mine').send({}).expect(401);
    const { body } = await request(api.app.url)
      .post('/api/leaderboards/mine/scores')
      .send(score('me', 1))
      .expect(401);
    expect(body.code).toBe('E_KEY_REQUIRED');
  });
});
