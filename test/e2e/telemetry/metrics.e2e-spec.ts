import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { asGameServer, asOperator, patient } from '../../support/settings.js';
import { until } from '../../support/until.js';

describe('GET /metrics', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ settings: patient });
    for (let i = 0; i < 3; i++) await request(app.url).get('/api/flights/1').expect(200);
    await request(app.url).get('/api/flights/999999999').expect(404);
  });
  afterAll(() => app.close());

  /** The value of the one line with this name and all of these labels; undefined without. */
  async function valueOf(
    name: string,
    labels: Record<string, string>,
    { url }: { url: string } = app,
  ): Promise<number | undefined> {
    const { text } = await request(url).get('/metrics').set(asOperator).expect(200);
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    const line = text
      .split('\n')
      .find((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  }

  it.each([
    ['hit', 'local', 2],
    ['miss', 'database', 2],
  ])('counts and times lookups by outcome and tier: %s, %s', async (outcome, tier, count) => {
    const labels = { cache_query: 'flights.flight', cache_outcome: outcome, cache_tier: tier };
    expect(await valueOf('cache_lookup_duration_count', labels)).toBe(count);
  });

  it('counts loads, failed refreshes and answers too large to be stored', async () => {
    const of = { cache_query: 'flights.flight' };
    expect(await valueOf('cache_loads_total', of)).toBe(2);
    expect(await valueOf('cache_load_duration_count', of)).toBe(2);
    expect(await valueOf('cache_refreshes_failed_total', of)).toBe(0);
    expect(await valueOf('cache_answers_oversized_total', of)).toBe(0);
  });

  it('tells what answers in the process take', async () => {
    expect(await valueOf('cache_local_bytes', {})).toBeGreaterThan(0);
    expect(await valueOf('cache_local_evictions_total', {})).toBe(0);
  });

  it('times requests by route', async () => {
    const labels = { http_route: '/api/flights/:id', http_response_status_code: '200' };
    expect(await valueOf('http_server_request_duration_count', labels)).toBe(3);
  });

  it('counts what happens to boards, and tells what they take in the engine', async () => {
    const board = request(app.url).put('/api/leaderboards/measured').set(asGameServer);
    await board.send({ windows: ['all', 'daily'] }).expect(200);
    const scores = Array.from({ length: 500 }, (_, i) => ({
      submissionId: `${i}`,
      playerId: `p${i}`,
      score: i,
    }));
    await request(app.url)
      .post('/api/leaderboards/measured/scores')
      .set(asGameServer)
      .send(scores)
      .expect(200);
    const shown = { leaderboard_board: 'measured', leaderboard_event: 'shown' };
    expect(await valueOf('leaderboard_events_total', shown)).toBe(1);
    // A node measures soon after it has started, and then once a minute.
    const node = await app.startNode();
    for (const window of ['all', 'daily']) {
      const of = { leaderboard_board: 'measured', leaderboard_window: window };
      await until(async () => (await valueOf('leaderboard_players', of, node)) === 500);
      expect(await valueOf('leaderboard_engine_bytes', of, node)).toBeGreaterThan(500 * 20);
      expect(await valueOf('leaderboard_behind', of, node)).toBe(0);
    }
    await node.close();
  });

  it('tells the state of engine and breaker', async () => {
    const state = async () => [await valueOf('engine_up', {}), await valueOf('engine_breaker_open', {})];
    expect(await state()).toEqual([1, 0]);
    await app.engine.kill();
    await until(async () => (await state()).join() === '0,1');
    await app.engine.restart();
    await until(async () => (await state()).join() === '1,0');
  });
});
