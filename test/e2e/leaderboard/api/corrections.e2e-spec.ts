import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { Database } from '../../../../src/database/index.js';
import { asGameServer } from '../../../support/settings.js';
import { score, useBoardApp } from '../board-app.js';

const api = useBoardApp();
const { get, newBoard, rowsOf, submit } = api;

const player = (board: string, id: string) => `/api/leaderboards/${board}/players/${id}`;
const adjust = (board: string, id: string, body: object) =>
  request(api.app.url)
    .post(`${player(board, id)}/adjustments`)
    .set(asGameServer)
    .send({ adjustmentId: 'ticket-1', by: -3, reason: 'A match with a bug', ...body });
const remove = (board: string, path: string) =>
  request(api.app.url).delete(player(board, path)).set(asGameServer);

describe('POST /api/leaderboards/:board/players/:playerId/adjustments', () => {
  it('takes from a total once, also below the bounds of a submission, and keeps the reason', async () => {
    const board = await newBoard({ operator: 'sum', windows: ['all', 'daily'] });
    await submit(board, [score('a', 10), score('b', 8)]).expect(200);
    const { body } = await adjust(board, 'a', {}).expect(200);
    const answer = { adjustmentId: 'ticket-1', playerId: 'a', score: 7, rank: 2, previousRank: 1 };
    expect(body).toEqual({ ...answer, applied: true });
    expect((await adjust(board, 'a', {}).expect(200)).body).toEqual({ ...answer, applied: false });
    expect(await rowsOf(board)).toEqual([
      [1, 'b', 8],
      [2, 'a', 7],
    ]);
    expect((await get(`/${board}/players/a?window=daily`)).body).toMatchObject({ rank: 2, score: 7 });
    const sql = 'SELECT score::int, reason FROM submissions WHERE board = $1 AND submission_id = $2';
    const rows = await api.app.get(Database).query(sql, [board, 'ticket-1']);
    expect(rows).toEqual([{ score: -3, reason: 'A match with a bug' }]);
  });

  it('rejects a total out of bounds, another change with the same id, and players without a score', async () => {
    const board = await newBoard();
    await submit(board, [score('a', 10), score('b', 10)]).expect(200);
    const { body: tooLow } = await adjust(board, 'a', { by: -11 }).expect(422);
    expect(tooLow).toMatchObject({ code: 'E_SCORE_OUT_OF_BOUNDS', errors: [{ field: 'by' }] });
    await adjust(board, 'a', {}).expect(200);
    const { body: other } = await adjust(board, 'a', { by: 3 }).expect(409);
    expect(other).toMatchObject({ code: 'E_SUBMISSION_CONFLICT', errors: [{ field: 'adjustmentId' }] });
    expect((await adjust(board, 'b', {}).expect(409)).body.code).toBe('E_SUBMISSION_CONFLICT');
    const nobody = await adjust(board, 'nobody', { adjustmentId: 'ticket-2' }).expect(404);
    expect(nobody.body.code).toBe('E_PLAYER_NOT_RANKED');
    for (const wrong of [{ by: 0 }, { by: 0.5 }, { reason: '' }, { adjustmentId: '' }]) {
      const { body } = await adjust(board, 'a', wrong).expect(422);
      expect(body.errors[0].field).toBe(Object.keys(wrong)[0]);
    }
  });
});

describe('DELETE /api/leaderboards/:board/players/:playerId', () => {
  it('removes the player from this board only, and lets later scores in', async () => {
    const [board, other] = [await newBoard({ windows: ['all', 'daily'] }), await newBoard()];
    for (const each of [board, other]) await submit(each, [score('cheat', 10), score('b', 8)]).expect(200);
    await remove(board, 'cheat').expect(204);
    expect(await rowsOf(board)).toEqual([[1, 'b', 8]]);
    expect((await get(`/${board}/players/cheat?window=daily`).expect(404)).body.code).toBe(
      'E_PLAYER_NOT_RANKED',
    );
    expect(await rowsOf(other)).toHaveLength(2);
    await submit(board, score('cheat', 9)).expect(200);
    expect(await rowsOf(board)).toHaveLength(2);
    expect((await remove('nothing', 'cheat').expect(404)).body.code).toBe('E_BOARD_UNKNOWN');
  });

  it('bans the player, whose later scores are rejected, until the ban is lifted', async () => {
    const board = await newBoard();
    await submit(board, score('cheat', 10, 'first')).expect(200);
    await remove(board, 'cheat?ban=true').expect(204);
    const { body } = await submit(board, [score('b', 1), score('cheat', 20)]).expect(403);
    expect(body).toMatchObject({ code: 'E_PLAYER_BANNED', errors: [{ field: '1.playerId' }] });
    expect(await rowsOf(board)).toEqual([]);
    expect((await submit(board, score('cheat', 10, 'first')).expect(200)).body.applied).toBe(false);
    await remove(board, 'cheat/ban').expect(204);
    await submit(board, score('cheat', 20)).expect(200);
    expect(await rowsOf(board)).toEqual([[1, 'cheat', 20]]);
    for (const wrong of ['ban=maybe', 'bann=true']) {
      const { body: problem } = await remove(board, `cheat?${wrong}`).expect(422);
      expect(problem.errors).toMatchObject([{ field: wrong.split('=')[0] }]);
    }
  });

  it('keeps reasons in the ledger until the player is removed, and the ban beyond that', async () => {
    const board = await newBoard();
    const rows = (sql: string) => api.app.get(Database).query(`${sql} WHERE board = $1`, [board]);
    await submit(board, score('named', 10)).expect(200);
    await adjust(board, 'named', { reason: 'Chat with Ada' }).expect(200);
    await remove(board, 'named?ban=true&reason=Ada%20used%20a%20bot').expect(204);
    expect(await rows('SELECT DISTINCT reason FROM submissions')).toEqual([{ reason: null }]);
    await remove(board, 'named?ban=true').expect(204);
    expect(await rows('SELECT player_id, reason FROM bans')).toEqual([
      { player_id: 'named', reason: 'Ada used a bot' },
    ]);
    await api.removePlayer('named');
    expect(await rows('SELECT reason FROM bans')).toEqual([{ reason: null }]);
    await submit(board, score('named', 10)).expect(403);
    for (const wrong of ['reason=why', 'reason=%00&ban=true']) {
      const { body } = await remove(board, `named?${wrong}`).expect(422);
      expect(body.errors).toMatchObject([{ field: 'reason' }]);
    }
  });
});
