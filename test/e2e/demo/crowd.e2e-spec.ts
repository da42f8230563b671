import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrowdRank, CrowdState } from '../../../src/demo/crowd/crowd.wire.js';
import { Database } from '../../../src/database/index.js';
import { startApp, type TestApp, type TestNode } from '../../support/app.js';
import { until } from '../../support/until.js';

const CROWD = '/api/demo/crowd';

describe('the board with many players', () => {
  let production: TestApp;
  let demo: TestNode;
  beforeAll(async () => {
    production = await startApp();
    demo = await production.startNode({ DEMO: 'true' });
  });
  afterAll(async () => {
    await demo.close();
    await production.close();
  });

  const stateOf = async () => (await request(demo.url).get(CROWD).expect(200)).body as CrowdState;
  const load = (players: unknown) => request(demo.url).post(`${CROWD}/loads`).send({ players });
  const rank = (number: number | string, by: string) =>
    request(demo.url).get(`${CROWD}/players/${number}/rank?by=${by}`);
  const ended = () => until(async () => (await stateOf()).load?.state !== 'running');

  it('is empty before its first load', async () => {
    expect(await stateOf()).toEqual({ board: 'crowd', players: 0, largest: 1_000_000, load: null });
    expect((await rank(1, 'sql').expect(404)).body).toMatchObject({ code: 'E_CROWD_PLAYER_UNKNOWN' });
    expect((await rank(1, 'sorted-set').expect(404)).body).toMatchObject({ code: 'E_BOARD_UNKNOWN' });
  });

  it('accepts one load at a time, and stops the running one when it is cancelled', async () => {
    const started = (await load(1_000_000).expect(202)).body as CrowdState;
    expect(started.load).toMatchObject({ state: 'running', from: 0, target: 1_000_000 });
    for (const { body } of await Promise.all([load(2_000).expect(409), load(1_000_000).expect(409)]))
      expect(body).toMatchObject({ code: 'E_LOAD_RUNNING' });
    await until(async () => (await stateOf()).players > 0);
    await request(demo.url).delete(`${CROWD}/loads`).expect(200);
    const { load: cancelled, players } = await stateOf();
    expect(cancelled).toMatchObject({ state: 'cancelled' });
    expect(players).toBeLessThan(1_000_000);
  });

  it('continues where the load before ended, and ends with every player once', async () => {
    const { players } = await stateOf();
    const target = players + 3_500;
    await load(target).expect(202);
    await ended();
    expect(await stateOf()).toMatchObject({ players: target, load: { state: 'ended', problem: null } });
    const page = await request(demo.url).get('/api/leaderboards/crowd?limit=1').expect(200);
    expect(page.body).toMatchObject({ total: target, version: target });
    expect((await load(target).expect(409)).body).toMatchObject({ code: 'E_CROWD_LOADED' });
  });

  it('has the same rank by SQL as by sorted set, each with its time', async () => {
    const { players } = await stateOf();
    for (const number of [1, 2, Math.ceil(players / 2), players]) {
      const bySql = await rank(number, 'sql').expect(200);
      const bySet = await rank(number, 'sorted-set').expect(200);
      const { rank: expected, score } = bySet.body as CrowdRank;
      expect(bySql.body).toEqual({ by: 'sql', playerId: `player-${number}`, rank: expected, score });
      for (const { headers } of [bySql, bySet])
        expect(headers['server-timing']).toMatch(/^rank;dur=\d+\.\d{3}$/);
    }
    expect((await rank(players + 1, 'sql').expect(404)).body).toMatchObject({
      code: 'E_CROWD_PLAYER_UNKNOWN',
    });
  });

  it('counts by SQL for a limited number of requests at a time, and answers the others with 503', async () => {
    const statuses: number[] = [];
    const answersWith = (status: number) => statuses.filter((one) => one === status).length;
    const answered = await demo.get(Database).transaction(async (transaction) => {
      await transaction.query('LOCK TABLE standings');
      const asked = Array.from({ length: 20 }, async () => {
        statuses.push((await rank(1, 'sql')).status);
      });
      await until(() => answersWith(503) === 10);
      return asked;
    });
    await Promise.all(answered);
    expect([answersWith(200), answersWith(503)]).toEqual([10, 10]);
  });

  it.each([0, 999, 1_000_001, 1_000.5, '100000', null])('rejects a load of %s players', async (players) => {
    expect((await load(players).expect(422)).body).toMatchObject({ code: 'E_INVALID' });
  });

  it.each(['0', '-1', 'x', '1000001', '1e3', '%00'])('rejects the player number %s', async (number) => {
    expect((await rank(number, 'sql').expect(422)).body).toMatchObject({ code: 'E_INVALID' });
  });

  it('rejects an unknown way to rank', async () => {
    expect((await rank(1, 'guess').expect(422)).body).toMatchObject({ code: 'E_INVALID' });
  });

  it('is for operators of a demo', async () => {
    const foreign = await request(demo.url).get(CROWD).set({ host: 'a.example' }).expect(403);
    expect(foreign.body).toMatchObject({ code: 'E_HOST_UNKNOWN' });
    await request(production.url).get(CROWD).expect(404);
    await request(production.url).get('/api/demo/arena').expect(404);
  });
});
