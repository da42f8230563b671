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
