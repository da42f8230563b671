import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../../src/database/index.js';
import { boardEventChannel, boardSizeChannel } from '../../../src/leaderboard/index.js';
import { startApp, type TestApp } from '../../support/app.js';
import { asGameServer, asOperator } from '../../support/settings.js';
import { until } from '../../support/until.js';
import { Visitors } from '../sessions/visitors.js';
import { panelQueries, ruleQueries, seriesIn, unknownIn } from './dashboard-queries.js';

const BOARDS = 3000;
const REPORTED = 100;

describe('GET /metrics', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
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
  ])('counts lookups and their durations by outcome and tier: %s, %s', async (outcome, tier, count) => {
    const labels = { cache_query: 'flights.flight', cache_outcome: outcome, cache_tier: tier };
    expect(await valueOf('cache_lookup_duration_seconds_count', labels)).toBe(count);
  });

  it('counts loads, failed refreshes and answers that are too large to store', async () => {
    const of = { cache_query: 'flights.flight' };
    expect(await valueOf('cache_loads_total', of)).toBe(2);
    expect(await valueOf('cache_load_duration_seconds_count', of)).toBe(2);
    expect(await valueOf('cache_refreshes_failed_total', of)).toBe(0);
    expect(await valueOf('cache_answers_oversized_total', of)).toBe(0);
  });

  it('reports the memory of the local tier', async () => {
    expect(await valueOf('cache_local_bytes', {})).toBeGreaterThan(0);
    expect(await valueOf('cache_local_evictions_total', {})).toBe(0);
  });

  it('reports request durations by route', async () => {
    const labels = { http_route: '/api/flights/:id', http_response_status_code: '200' };
    expect(await valueOf('http_server_request_duration_seconds_count', labels)).toBe(3);
  });

  it('reports durations of SQL statements, by operation, table and failure', async () => {
    const durations = 'db_client_operation_duration_seconds_count';
    const select = { db_system_name: 'postgresql', db_operation_name: 'SELECT' };
    const failed = app.get(Database).query('SELECT 1 / 0');
    await expect(failed).rejects.toThrow('division by zero');
    const flights = { ...select, db_collection_name: 'flights' };
    const queries = (await valueOf(durations, flights)) ?? 0;
    await app.get(Database).query('SELECT id FROM flights LIMIT 1');
    expect(await valueOf(durations, { ...select, error_type: '_OTHER' })).toBe(1);
    expect(await valueOf(durations, flights)).toBe(queries + 1);
  });

  it('reports the connections of the pool', async () => {
    expect(await valueOf('db_client_connection_max', {})).toBe(10);
    expect(await valueOf('db_client_connection_pending_requests', {})).toBe(0);
    const idle = { db_client_connection_state: 'idle' };
    await until(async () => ((await valueOf('db_client_connection_count', idle)) ?? 0) > 0);
  });

  it('reports processor, memory and event loop of the process', async () => {
    expect(await valueOf('process_cpu_time_seconds_total', { cpu_mode: 'user' })).toBeGreaterThan(0);
    expect(await valueOf('process_memory_usage_bytes', {})).toBeGreaterThan(10e6);
    const heap = { v8js_heap_space_name: 'old_space' };
    expect(await valueOf('v8js_memory_heap_used_bytes', heap)).toBeGreaterThan(1e6);
    expect(await valueOf('nodejs_eventloop_utilization_ratio', {})).toBeGreaterThan(0);
    // Ticks are 10 ms apart.
    await until(async () => ((await valueOf('nodejs_eventloop_delay_p50_seconds', {})) ?? 0) >= 0.01);
  });

  it('has buckets from 0.1 ms to 10 s', async () => {
    const { text } = await request(app.url).get('/metrics').set(asOperator).expect(200);
    const bounds = [...text.matchAll(/^http_server_request_duration_seconds_bucket\{.*le="([^"]+)"/gm)];
    const numbers = bounds.map(([, bound]) => Number(bound)).filter(Number.isFinite);
    expect([Math.min(...numbers), Math.max(...numbers)]).toEqual([0.0001, 10]);
  });

  it('counts board events, and reports the memory of boards in the engine', async () => {
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

  it('reports the largest of 3,000 boards separately and all of them in total, in a short answer', async () => {
    const windows = ['all', 'daily', 'weekly', 'monthly'] as const;
    const node = await app.startNode();
    for (let i = 1; i <= BOARDS; i++) {
      const board = `many-${i}`;
      for (const window of windows) {
        boardSizeChannel.publish({ board, window, players: i * 1000, bytes: i * 64_000, behind: i });
      }
      boardEventChannel.publish({ board, event: 'shown' });
    }
    boardEventChannel.publish({ board: 'many-7', event: 'shown' });
    const { text } = await request(node.url).get('/metrics').set(asOperator).expect(200);
    const linesOf = (name: string) => text.split('\n').filter((line) => line.startsWith(`${name}{`));
    for (const [name, value] of [
      ['leaderboard_players', 1000 * BOARDS],
      ['leaderboard_engine_bytes', 64_000 * BOARDS],
      ['leaderboard_behind', BOARDS],
    ] as const) {
      expect(linesOf(name)).toHaveLength(REPORTED);
      const board = { leaderboard_board: `many-${BOARDS}`, leaderboard_window: 'daily' };
      expect(await valueOf(name, board, node)).toBe(value);
    }
    expect(linesOf('leaderboard_events_total')).toHaveLength(REPORTED);
    const shown = { leaderboard_event: 'shown' };
    expect(await valueOf('leaderboard_events_total', { ...shown, leaderboard_board: 'many-7' }, node)).toBe(
      2,
    );
    expect(await valueOf('leaderboard_boards_events_total', shown, node)).toBeGreaterThan(BOARDS);
    const sum = (BOARDS * (BOARDS + 1)) / 2;
    const weekly = { leaderboard_window: 'weekly' };
    expect(await valueOf('leaderboard_boards_players', weekly, node)).toBe(1000 * sum);
    expect(await valueOf('leaderboard_boards_behind', weekly, node)).toBe(sum);
    expect(await valueOf('leaderboard_boards', {}, node)).toBeGreaterThanOrEqual(BOARDS);
    expect(text).toMatch(/^# HELP leaderboard_players .*the 100 highest only/m);
    expect(text).not.toContain('otel_metric_overflow');
    expect(text.length).toBeLessThan(200_000);
    console.log(`a scrape with ${BOARDS} boards: ${Math.round(text.length / 1024)} KB`);
    await node.close();
  });

  it('counts unknown request methods as one', async () => {
    for (const method of ['PROPFIND', 'PURGE', 'MKCOL']) {
      expect((await fetch(app.url, { method })).status).toBe(404);
    }
    const other = { http_request_method: '_OTHER', http_response_status_code: '404' };
    expect(await valueOf('http_server_request_duration_seconds_count', other)).toBe(3);
  });

  describe('is what docker/observability queries', () => {
    it('has every metric, label and value of the dashboard and the alert rules', async () => {
      await new Visitors(app).newVisit();
      boardEventChannel.publish({ board: 'queried', event: 'shown' });
      const { text } = await request(app.url).get('/metrics').set(asOperator).expect(200);
      // The exporter of the engine has the others: see test/e2e/docker/observability.e2e-spec.ts.
      const own = [...panelQueries(), ...ruleQueries()].filter(({ text }) => !text.includes('redis_'));
      expect(own.length).toBeGreaterThan(20);
      const series = seriesIn(text);
      expect(own.map((query) => [query.name, unknownIn(query, series)])).toEqual(
        own.map(({ name }) => [name, []]),
      );
    });

    it('notices a metric, a label and a value that do not exist', () => {
      const series = seriesIn('lookups_total{outcome="hit",otel_scope_name="x"} 1\n');
      const text = 'sum by (tier) (rate(lookups_total{outcome=~"hit|miss"}[1m])) / rate(loads_total[1m])';
      const query = { name: 'ratio', text, shownLabels: ['board'] };
      expect(unknownIn(query, series)).toEqual(['loads_total', 'tier', 'board']);
      const other = { ...query, text: 'lookups_total{outcome="none"}', shownLabels: [] };
      expect(unknownIn(other, series)).toEqual(['lookups_total{outcome="none"}']);
    });
  });

  it('reports the state of each engine and its breaker', async () => {
    const state = async () => [await valueOf('engine_up', {}), await valueOf('engine_breaker_open', {})];
    expect(await state()).toEqual([1, 0]);
    await app.engine.kill();
    await until(async () => (await state()).join() === '0,1');
    await app.engine.restart();
    await until(async () => (await state()).join() === '1,0');
  });
});
