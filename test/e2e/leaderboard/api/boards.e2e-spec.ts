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
