import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { queryDatabase } from '../../../support/database.js';
import { asGameServer } from '../../../support/settings.js';
import { score, useBoardApp } from '../board-app.js';

const api = useBoardApp();
const { get, submit, newBoard, rowsOf, saveName, removePlayer } = api;

describe('PUT /api/players/:playerId', () => {
  it('rejects a blank name, and trims others', async () => {
    const save = (name: string) =>
      request(api.app.url).put('/api/players/blank').set(asGameServer).send({ name });
    expect((await save('   ').expect(422)).body.errors).toMatchObject([{ field: 'name' }]);
    await save('  Ada ').expect(204);
    const board = await newBoard();
    await submit(board, score('blank', 1)).expect(200);
    expect((await get(`/${board}`)).body.entries).toMatchObject([{ playerId: 'blank', name: 'Ada' }]);
  });
});

describe('GET /api/players/:playerId', () => {
  it('returns the profile, or 404', async () => {
    const save = request(api.app.url).put('/api/players/known').set(asGameServer);
    await save.send({ name: 'Ada', country: 'GB' }).expect(204);
    const read = (playerId: string) => request(api.app.url).get(`/api/players/${playerId}`);
    const profile = { playerId: 'known', name: 'Ada', country: 'GB' };
    expect((await read('known').expect(200)).body).toEqual(profile);
    expect((await read('nobody').expect(404)).body.code).toBe('E_PLAYER_UNKNOWN');
  });
});

describe('details=true', () => {
  it('adds country, time and metadata of the score that counts', async () => {
    const board = await newBoard({ windows: ['all', 'daily'] });
    const save = request(api.app.url).put('/api/players/mage').set(asGameServer);
    await save.send({ name: 'Ada', country: 'GB' }).expect(204);
    const began = Date.now();
    const best = { ...score('mage', 9), metadata: { replay: 'r-91', character: 'mage' } };
    await submit(board, [best, { ...score('mage', 5), metadata: { replay: 'r-92' } }, score('b', 5)]).expect(
      200,
    );
    const { body } = await get(`/${board}?details=true`).expect(200);
    expect(body.entries).toMatchObject([
      { playerId: 'mage', country: 'GB', metadata: best.metadata },
      { playerId: 'b', country: null, metadata: null },
    ]);
    const achievedAt = Date.parse(body.entries[0].achievedAt);
    expect(achievedAt).toBeGreaterThan(began - 5_000);
    expect(achievedAt).toBeLessThan(Date.now() + 5_000);
    const around = await get(`/${board}/players/b/neighbours?window=daily&details=true`).expect(200);
    expect(around.body.entries[0]).toMatchObject({ achievedAt: body.entries[0].achievedAt });
    expect((await get(`/${board}`)).body.entries[0]).not.toHaveProperty('metadata');
  });

  it.each([
    ['longer than 256 bytes', { text: 'é'.repeat(130) }],
    ['not an object', 'r-91'],
  ])('rejects metadata that is %s', async (_what, metadata) => {
    const { body } = await submit(await newBoard(), { ...score('a', 1), metadata }).expect(422);
    expect(body.errors[0].field).toBe('metadata');
  });
});

describe('DELETE /api/players/:playerId', () => {
  it('removes the player from sorted sets and ledger, and a late repeat does not restore the player', async () => {
    const board = await newBoard({ windows: ['all', 'daily'] });
    await saveName('gone', 'Gone').expect(204);
    const submission = score('gone', 9);
    await submit(board, [submission, score('stays', 5)]).expect(200);
    expect((await get(`/${board}`)).body.entries[0].name).toBe('Gone');
    await request(api.app.url).delete('/api/players/gone').expect(401);
    await removePlayer('gone');
    expect(await rowsOf(board)).toEqual([[1, 'stays', 5]]);
    expect((await get(`/${board}?window=daily`)).body).toMatchObject({ total: 1, version: 3 });
    // A repeat of an anonymised submission has no effect.
    expect((await submit(board, submission).expect(200)).body).toMatchObject({ applied: false });
    const [row] = await queryDatabase<{ left: string }>(
      api.app.databaseUrl,
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
