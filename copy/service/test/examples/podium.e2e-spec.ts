// #region leaderboard
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from '../support/service.js';

describe('GET /api/examples/podium/:board', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  it('shows the best three of a board', async () => {
    const authorization = `Bearer ${service.secretOf('GAME_SERVER_KEY')}`;
    const board = request.agent(service.url).set({ authorization });
    await board.put('/api/leaderboards/race').send({}).expect(200);
    const scores = ['ada', 'bob', 'eve', 'joe'].map((playerId, i) => ({
      submissionId: `first:${playerId}`,
      playerId,
      score: 10 * i,
    }));
    await board.post('/api/leaderboards/race/scores').send(scores).expect(200);
    const { body } = await request(service.url).get('/api/examples/podium/race').expect(200);
    expect(body).toEqual([
      { rank: 1, name: 'joe', score: 30 },
      { rank: 2, name: 'eve', score: 20 },
      { rank: 3, name: 'bob', score: 10 },
    ]);
  });

  it('answers 404 for an unknown board', async () => {
    const { body } = await request(service.url).get('/api/examples/podium/nothing').expect(404);
    expect(body.code).toBe('E_BOARD_UNKNOWN');
  });
});
// #endregion
