import { Client } from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueryCounts } from '../../../src/query-cache/index.js';
import { installed, startApp, type TestApp } from '../../support/app.js';
import { asOperator } from '../../support/settings.js';
import { until } from '../../support/until.js';

const QUERIES = [
  ['flights.top-routes', '/api/flights/routes/JFK?limit=3'],
  ['flights.route', '/api/flights/routes/JFK/LAX'],
  ['flights.airport-ranking', '/api/flights/airports/ranking?limit=3'],
  ['flights.flight', '/api/flights/1'],
] as const;

describe.each(installed('redis', 'valkey', 'memcached'))('flights through the query cache on %s', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    const engines = kind === 'memcached' ? { cacheEngine: kind } : { engine: kind };
    app = await startApp(engines);
  });
  afterAll(() => app.close());

  const get = (path: string, headers: Record<string, string> = {}) => request(app.url).get(path).set(headers);
  const countsOf = async (query: string): Promise<QueryCounts> => {
    const { body } = await get('/api/query-cache/stats', asOperator).expect(200);
    return body.queries[query];
  };

  describe.each(QUERIES)('%s', (query, path) => {
    it('queries the database once and returns the same answer from memory', async () => {
      const { loads } = await countsOf(query);
      const miss = await get(path).expect(200);
      expect(miss.headers['cache-status']).toMatch(
        /^query-cache; fwd=uri-miss; stored; ttl=\d+; detail=database$/,
      );
      expect(miss.headers['server-timing']).toMatch(
        /^engine;dur=[\d.]+, lease;dur=[\d.]+, database;dur=[\d.]+$/,
      );
      const hit = await get(path).expect(200);
      expect(hit.headers['cache-status']).toMatch(/^query-cache; hit; ttl=\d+; detail=(local|engine)$/);
      expect(hit.headers['server-timing']).toMatch(/^(local|engine);dur=[\d.]+$/);
      expect(hit.headers['age']).toMatch(/^\d+$/);
      expect(hit.body).toEqual(miss.body);
      expect((await countsOf(query)).loads).toBe(loads + 1);
    });

    it('queries the database and leaves the cache alone for an operator’s no-store', async () => {
      const { loads } = await countsOf(query);
      const { headers } = await get(path, { ...asOperator, 'cache-control': 'no-store' }).expect(200);
      expect(headers['cache-status']).toBe('query-cache; fwd=bypass; detail=database');
      expect(headers['server-timing']).toMatch(/^database;dur=/);
      expect((await countsOf(query)).loads).toBe(loads + 1);
    });

    it('loads and stores a new answer for an operator’s no-cache', async () => {
      const { loads } = await countsOf(query);
      const { headers } = await get(path, { ...asOperator, 'cache-control': 'no-cache' }).expect(200);
      expect(headers['cache-status']).toMatch(/^query-cache; fwd=request; stored; ttl=\d+; detail=database$/);
      expect((await countsOf(query)).loads).toBe(loads + 1);
    });

    it('answers 304 when If-None-Match has the ETag', async () => {
      const { headers } = await get(path).expect(200);
      const repeat = await get(path, { 'if-none-match': String(headers['etag']) });
      expect(repeat.status).toBe(304);
    });
  });

  it('returns the same bytes for any Host, X-Forwarded-* and Accept-Language', async () => {
    const path = '/api/flights/routes/ATL?limit=2';
    const { text, headers } = await get(path).expect(200);
    const requests: Record<string, string>[] = [
      { host: 'evil.example' },
      { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', 'x-forwarded-for': '1.2.3.4' },
      { 'accept-language': 'de' },
    ];
    for (const others of requests) {
      const repeat = await get(path, others).expect(200);
      expect(repeat.headers['cache-status']).toMatch(/; hit/);
      expect([repeat.text, repeat.headers['etag']]).toEqual([text, headers['etag']]);
    }
  });

  it('ignores the no-store of a visitor', async () => {
    await get('/api/flights/2').expect(200);
    const { headers } = await get('/api/flights/2', { 'cache-control': 'no-store' }).expect(200);
    expect(headers['cache-status']).toMatch(/^query-cache; hit/);
  });

  it('queries the database once for 50 concurrent requests', async () => {
    const { loads } = await countsOf('flights.route');
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => get('/api/flights/routes/ORD/LGA').expect(200)),
    );
    expect((await countsOf('flights.route')).loads).toBe(loads + 1);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it('queries the database once for 500 concurrent requests to three nodes', async () => {
    const others = [await app.startNode(), await app.startNode()];
    const urls = [app.url, ...others.map(({ url }) => url)];
    const loadsOf = async (url: string): Promise<number> =>
      (await request(url).get('/api/query-cache/stats').set(asOperator)).body.queries['flights.route'].loads;
    const loads = async () => (await Promise.all(urls.map(loadsOf))).reduce((sum, n) => sum + n, 0);
    const before = await loads();
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, i) => fetch(`${urls[i % urls.length]}/api/flights/routes/DEN/SFO`)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await loads()).toBe(before + 1);
    const statuses = answers.map(({ headers }) => headers.get('cache-status') ?? '');
    expect(statuses.filter((status) => /fwd=uri-miss; stored/.test(status))).toHaveLength(1);
    expect(statuses.some((status) => /collapsed; ttl=\d+; detail=engine/.test(status))).toBe(true);
    await Promise.all(others.map((node) => node.close()));
  });

  it('answers 404 from memory for a flight that does not exist', async () => {
    const { loads } = await countsOf('flights.flight');
    await get('/api/flights/999999999').expect(404);
    const { headers } = await get('/api/flights/999999999').expect(404);
    expect(headers['cache-status']).toMatch(/^query-cache; hit/);
    expect((await countsOf('flights.flight')).loads).toBe(loads + 1);
  });

  it('leaves database connections to other requests while its loads are stuck', async () => {
    const locker = new Client({ connectionString: app.databaseUrl });
    await locker.connect();
    await locker.query('BEGIN; LOCK TABLE flights');
    const stuck = Array.from({ length: 12 }, (_, i) => get(`/api/flights/${100 + i}`).expect(200));
    const answers = Promise.all(stuck);
    await until(async () => (await countsOf('flights.flight')).loads > 0);
    await get('/health/ready').expect(200);
    await get('/api/leaderboards').expect(200);
    await locker.query('ROLLBACK');
    await locker.end();
    expect(await answers).toHaveLength(12);
  });

  it('answers 404 for an unknown airport and names similar ones', async () => {
    const { body } = await get('/api/flights/routes/JFZ')
      .expect(404)
      .expect('content-type', /problem\+json/);
    expect(body).toMatchObject({
      status: 404,
      code: 'E_AIRPORT_UNKNOWN',
      detail: expect.stringContaining('JFK'),
    });
  });

  it('returns the newest lookups to operators only', async () => {
    await get('/api/flights/1');
    await get('/api/query-cache/traces').expect(401);
    const { body } = await get('/api/query-cache/traces?limit=1', asOperator).expect(200);
    expect(body).toEqual([
      expect.objectContaining({ query: 'flights.flight', outcome: 'hit', databaseMs: null }),
    ]);
  });

  it('answers from the database while the engine is down, and from memory again afterwards', async () => {
    await get('/api/flights/routes/JFK').expect(200);
    await app.cacheEngine.kill();
    for (const [, path] of QUERIES) {
      // The local tier may serve its answers for another second.
      await expect
        .poll(async () => (await get(path).expect(200)).headers['cache-status'], { timeout: 10_000 })
        .toBe('query-cache; fwd=bypass; detail=engine-unavailable');
    }
    await app.cacheEngine.restart();
    await until(async () =>
      /hit/.test((await get('/api/flights/1').expect(200)).headers['cache-status'] ?? ''),
    );
  });

  it('answers from the database while the engine is paused, and from memory again afterwards', async () => {
    await until(async () =>
      /hit/.test((await get('/api/flights/1').expect(200)).headers['cache-status'] ?? ''),
    );
    app.cacheEngine.pause();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => get(`/api/flights/${i + 10}`).expect(200)),
    );
    expect(answers.every(({ headers }) => /engine-unavailable/.test(headers['cache-status'] ?? ''))).toBe(
      true,
    );
    app.cacheEngine.resume();
    await until(async () =>
      /hit/.test((await get('/api/flights/1').expect(200)).headers['cache-status'] ?? ''),
    );
  });
});
