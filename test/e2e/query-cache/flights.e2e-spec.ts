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
    app = await startApp(kind === 'memcached' ? { cacheEngine: kind } : { engine: kind });
  });
  afterAll(() => app.close());

  const get = (path: string, headers: Record<string, string> = {}) => request(app.url).get(path).set(headers);
  const countsOf = async (query: string): Promise<QueryCounts> => {
    const { body } = await get('/api/query-cache/stats', asOperator).expect(200);
    return body.queries[query];
  };

  describe.each(QUERIES)('%s', (query, path) => {
    it('asks the database once and answers the same from memory', async () => {
      const { loads } = await countsOf(query);
      const miss = await get(path).expect(200);
      expect(miss.headers['cache-status']).toMatch(
        /^query-cache; fwd=uri-miss; stored; ttl=60; detail=database$/,
      );
      expect(miss.headers['server-timing']).toMatch(/^engine;dur=[\d.]+, database;dur=[\d.]+$/);
      const hit = await get(path).expect(200);
      expect(hit.headers['cache-status']).toMatch(/^query-cache; hit; ttl=\d+; detail=engine$/);
      expect(hit.headers['server-timing']).toMatch(/^engine;dur=[\d.]+$/);
      expect(hit.headers['age']).toMatch(/^\d+$/);
      expect(hit.body).toEqual(miss.body);
      expect((await countsOf(query)).loads).toBe(loads + 1);
    });

    it('leaves the cache alone for an operator’s no-store', async () => {
      const { loads } = await countsOf(query);
      const { headers } = await get(path, { ...asOperator, 'cache-control': 'no-store' }).expect(200);
      expect(headers['cache-status']).toBe('query-cache; fwd=bypass; detail=database');
      expect(headers['server-timing']).toMatch(/^database;dur=/);
      expect((await countsOf(query)).loads).toBe(loads + 1);
    });

    it('loads and stores anew for an operator’s no-cache', async () => {
      const { loads } = await countsOf(query);
      const { headers } = await get(path, { ...asOperator, 'cache-control': 'no-cache' }).expect(200);
      expect(headers['cache-status']).toMatch(/^query-cache; fwd=request; stored; ttl=60/);
      expect((await countsOf(query)).loads).toBe(loads + 1);
    });

    it('answers 304 to who has the answer already', async () => {
      const { headers } = await get(path).expect(200);
      const repeat = await get(path, { 'if-none-match': String(headers['etag']) });
      expect(repeat.status).toBe(304);
    });
  });

  it('does not let a visitor past the cache', async () => {
    await get('/api/flights/2').expect(200);
    const { headers } = await get('/api/flights/2', { 'cache-control': 'no-store' }).expect(200);
    expect(headers['cache-status']).toMatch(/^query-cache; hit/);
  });

  it('asks the database once for fifty who ask at once', async () => {
    const { loads } = await countsOf('flights.route');
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => get('/api/flights/routes/ORD/LGA').expect(200)),
    );
    expect((await countsOf('flights.route')).loads).toBe(loads + 1);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it('keeps that there is nothing, too', async () => {
    const { loads } = await countsOf('flights.flight');
    await get('/api/flights/999999999').expect(404);
    const { headers } = await get('/api/flights/999999999').expect(404);
    expect(headers['cache-status']).toMatch(/^query-cache; hit/);
    expect((await countsOf('flights.flight')).loads).toBe(loads + 1);
  });

  it('leaves the database to others while its own loads are stuck', async () => {
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

  it('names the airports that an unknown one may have meant', async () => {
    const { body } = await get('/api/flights/routes/JFZ')
      .expect(404)
      .expect('content-type', /problem\+json/);
    expect(body).toMatchObject({
      status: 404,
      code: 'E_AIRPORT_UNKNOWN',
      detail: expect.stringContaining('JFK'),
    });
  });

  it('tells the newest lookups to operators only', async () => {
    await get('/api/flights/1');
    await get('/api/query-cache/traces').expect(401);
    const { body } = await get('/api/query-cache/traces?limit=1', asOperator).expect(200);
    expect(body).toEqual([
      expect.objectContaining({ query: 'flights.flight', outcome: 'hit', databaseMs: null }),
    ]);
  });

  it('answers from the database while the engine is away, and from memory again afterwards', async () => {
    await get('/api/flights/routes/JFK').expect(200);
    await app.cacheEngine.kill();
    for (const [, path] of QUERIES) {
      const { headers } = await get(path).expect(200);
      expect(headers['cache-status']).toBe('query-cache; fwd=bypass; detail=engine-unavailable');
    }
    await app.cacheEngine.restart();
    await until(async () =>
      /hit/.test((await get('/api/flights/1').expect(200)).headers['cache-status'] ?? ''),
    );
  });

  it('answers within the deadline while the engine is paused, and recovers', async () => {
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
