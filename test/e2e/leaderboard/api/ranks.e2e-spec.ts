import request from 'supertest';
import { describe, expect, it } from 'vitest';
import type { BoardPage } from '../../../../src/leaderboard/index.js';
import { asGameServer } from '../../../support/settings.js';
import { score, useBoardApp } from '../board-app.js';

const api = useBoardApp();
const { get, submit, newBoard, saveName } = api;

describe('GET /api/leaderboards/:board', () => {
  it('returns a page with names', async () => {
    const board = await newBoard();
    await request(api.app.url)
      .put('/api/players/named')
      .set(asGameServer)
      .send({ name: 'Ada', country: 'GB' })
      .expect(204);
    await submit(board, [score('a', 3), score('named', 2), score('c', 1)]).expect(200);
    const { body } = await get(`/${board}?offset=1&limit=1`).expect(200);
    expect(body).toEqual({
      board,
      window: 'all',
      period: 'all',
      endsAt: null,
      total: 3,
      version: 3,
      entries: [{ rank: 2, playerId: 'named', name: 'Ada', score: 2 }],
      next: expect.any(String),
    });
  });

  it('continues after a cursor without repeats and gaps, until the board changes', async () => {
    const board = await newBoard({ windows: ['all', 'daily'] });
    const players = Array.from({ length: 25 }, (_, i) => `p${i}`);
    await submit(
      board,
      players.map((playerId, i) => score(playerId, i)),
    ).expect(200);
    const rest = async (first: string): Promise<string[]> => {
      const read: string[] = [];
      for (let query: string | null = first; query !== null;) {
        const answer: { body: unknown } = await get(`/${board}?limit=10&${query}`).expect(200);
        const { entries, next } = answer.body as BoardPage;
        read.push(...entries.map(({ playerId }) => playerId));
        query = next === null ? null : `after=${next}`;
      }
      return read;
    };
    for (const first of ['window=all', 'window=daily', 'offset=5']) {
      expect(await rest(first)).toEqual(players.toReversed().slice(first === 'offset=5' ? 5 : 0));
    }
    const { next } = (await get(`/${board}?limit=10`)).body;
    const another = await newBoard();
    await submit(
      another,
      players.map((playerId, i) => score(playerId, i)),
    ).expect(200);
    // At the same version, but another board.
    await get(`/${another}?after=${next}`).expect(410);
    await submit(board, score('late', 100)).expect(200);
    expect((await get(`/${board}?after=${next}`).expect(410)).body.code).toBe('E_VERSION_GONE');
    expect((await get(`/${board}?after=else`).expect(422)).body.errors[0].field).toBe('after');
    const season = `/api/leaderboards/${board}/seasons`;
    await request(api.app.url).post(season).set(asGameServer).send({ name: 'one' }).expect(201);
    const { body: closed } = await get(`/${board}?limit=10&season=one`).expect(200);
    await submit(board, score('late', 100)).expect(200);
    const { body: following } = await get(`/${board}?limit=20&after=${closed.next}`).expect(200);
    expect(following).toMatchObject({ season: 'one', total: 26, next: null });
    expect(following.entries).toHaveLength(16);
  });

  it('rejects a cursor of the closed season of another board', async () => {
    const [board, other] = [await newBoard(), await newBoard()];
    for (const each of [board, other]) {
      await submit(each, [score('a', 2), score('b', 1)]).expect(200);
      const season = `/api/leaderboards/${each}/seasons`;
      await request(api.app.url).post(season).set(asGameServer).send({ name: 'one' }).expect(201);
    }
    const { next } = (await get(`/${board}?season=one&limit=1`).expect(200)).body;
    expect((await get(`/${other}?after=${next}`).expect(410)).body.code).toBe('E_VERSION_GONE');
    await get(`/${board}?after=${next}`).expect(200);
  });

  it('rejects parameters that contradict the cursor, and accepts those that repeat it', async () => {
    const board = await newBoard({ windows: ['all', 'daily'] });
    await submit(board, [score('a', 3), score('b', 2), score('c', 1)]).expect(200);
    const { next, period } = (await get(`/${board}?window=daily&limit=1`).expect(200)).body;
    const repeated = `window=daily&period=${period}&offset=1&limit=1`;
    const { body } = await get(`/${board}?after=${next}&${repeated}`).expect(200);
    expect(body.entries).toMatchObject([{ rank: 2, playerId: 'b' }]);
    for (const wrong of ['offset=0', 'window=all', 'period=2020-01-01', 'season=one']) {
      const { body: problem } = await get(`/${board}?after=${next}&${wrong}`).expect(422);
      expect(problem.errors).toMatchObject([{ field: wrong.split('=')[0] }]);
    }
  });

  it.each([
    ['a NUL', 'all', null, '\u0000'],
    ['half a surrogate pair', 'all', null, '\ud800'],
    ['a NUL', 'daily', '\u0000', null],
    ['a name that is no period', 'daily', 'yesterday', null],
  ])('rejects a cursor that names %s, in %s', async (_what, window, period, season) => {
    const cursor = JSON.stringify(['x', window, period, season, 0, 0]);
    const after = Buffer.from(cursor).toString('base64url');
    const { body } = await get(`/${await newBoard()}?after=${after}`).expect(422);
    expect(body.errors).toMatchObject([{ field: 'after' }]);
  });

  it.each([
    'limit=1001',
    'limit=0',
    'offset=-1',
    'window=hourly',
    'period=2026',
    'period=2026-W48&window=daily',
    'perod=2026-W48',
  ])('rejects %s', async (query) => {
    const { body } = await get(`/${await newBoard()}?${query}`).expect(422);
    expect(body.errors[0].field).toBe(query.split('=')[0]);
  });

  it('ranks each window separately, and rejects a window that the board does not have', async () => {
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
});

describe('GET /api/leaderboards/:board/players/:playerId', () => {
  it('returns rank, score and percentile', async () => {
    const board = await newBoard();
    await submit(board, [score('a', 4), score('b', 3), score('c', 2), score('d', 1)]).expect(200);
    expect((await get(`/${board}/players/b`).expect(200)).body).toEqual({
      rank: 2,
      score: 3,
      percentile: 75,
      total: 4,
      period: 'all',
      endsAt: null,
    });
  });

  it('responds with 404 for a player without a score', async () => {
    const { body } = await get(`/${await newBoard()}/players/nobody`).expect(404);
    expect(body.code).toBe('E_PLAYER_NOT_RANKED');
  });
});

describe('GET /api/leaderboards/:board/players/:playerId/neighbours', () => {
  it('returns the players just above and below, with names', async () => {
    const board = await newBoard({ ties: 'shared' });
    await saveName('d', 'Dora').expect(204);
    await submit(board, [score('a', 9), score('b', 5), score('c', 5), score('d', 5), score('e', 1)]);
    const { body } = await get(`/${board}/players/c/neighbours?radius=1`).expect(200);
    expect(body).toEqual({
      board,
      window: 'all',
      period: 'all',
      endsAt: null,
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
    request(api.app.url).post(`/api/leaderboards/${board}/ranks`).send(body);

  it('ranks players on the board and among each other', async () => {
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
    'rejects anything but a list of 1 to 1,000 players',
    async (body) => {
      const problem = await ranks(await newBoard(), body).expect(422);
      expect(problem.body.errors[0].field).toMatch(/^playerIds/);
    },
  );
});
