import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WeatherUpstream } from '../../../src/demo/weather/weather.upstream.js';
import { startApp, type TestApp } from '../../support/app.js';
import { queryDatabase } from '../../support/database.js';
import { asOperator } from '../../support/settings.js';
import { until } from '../../support/until.js';

describe('GET /api/weather/:airport', () => {
  let app: TestApp;
  let upstream: WeatherUpstream;
  beforeAll(async () => {
    app = await startApp();
    upstream = app.get(WeatherUpstream);
  });
  afterEach(() => Object.assign(upstream, { isOutOfOrder: false, answersAfterMs: 300 }));
  afterAll(() => app.close());

  const get = (airport: string) => request(app.url).get(`/api/weather/${airport}`);
  const statusOf = async (airport: string) =>
    String((await get(airport).expect(200)).headers['cache-status']);

  it('requests the weather once and returns the same answer from memory', async () => {
    const miss = await get('JFK').expect(200);
    expect(miss.body).toEqual({
      airport: 'JFK',
      city: 'New York',
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      temperatureCelsius: expect.any(Number),
      windKph: expect.any(Number),
      sky: expect.stringMatching(/^(clear|cloudy|rain|storm)$/),
    });
    expect(miss.headers['cache-status']).toMatch(/^query-cache; fwd=uri-miss; stored/);
    const hit = await get('jfk').expect(200);
    expect(hit.headers['cache-status']).toMatch(/^query-cache; hit/);
    expect(hit.body).toEqual(miss.body);
    expect(upstream.requests).toBe(1);
  });

  it('requests the weather once for 50 concurrent requests', async () => {
    const { requests } = upstream;
    const answers = await Promise.all(Array.from({ length: 50 }, () => get('LAX').expect(200)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(upstream.requests).toBe(requests + 1);
  });

  it('returns stale weather while the service fails, and new weather afterwards', async () => {
    await get('ORD').expect(200);
    upstream.isOutOfOrder = true;
    const { requests } = upstream;
    await until(async () => /hit; ttl=-\d+/.test(await statusOf('ORD')));
    await until(() => upstream.requests > requests);
    expect(await statusOf('ORD')).toMatch(/hit; ttl=-\d+/);
    upstream.isOutOfOrder = false;
    await until(async () => /hit; ttl=\d+/.test(await statusOf('ORD')));
  });

  it.each([
    ['fails', { isOutOfOrder: true }],
    ['hangs', { answersAfterMs: 60_000 }],
  ])('answers 503 with Retry-After while the service %s and no answer is cached', async (_what, failure) => {
    Object.assign(upstream, failure);
    const { body, headers } = await get('SEA').expect(503);
    expect(body).toMatchObject({ code: 'E_WEATHER_UNAVAILABLE' });
    expect(headers['retry-after']).toBe('1');
  });

  it('leaves the database slots to flights while the service hangs', async () => {
    upstream.answersAfterMs = 60_000;
    const { requests } = upstream;
    const hanging = ['DEN', 'DFW', 'PHX', 'SFO', 'BOS', 'LAS', 'MSP', 'DTW'].map((airport) =>
      get(airport).expect(503),
    );
    const answers = Promise.all(hanging);
    await until(() => upstream.requests === requests + hanging.length);
    const { headers } = await request(app.url).get('/api/flights/12').expect(200);
    expect(headers['cache-status']).toMatch(/fwd=uri-miss/);
    await answers;
  });

  it('queries the place of an airport once', async () => {
    await get('ATL').expect(200);
    await queryDatabase(app.databaseUrl, `DELETE FROM airports WHERE iata = 'ATL'`);
    const { headers } = await get('ATL')
      .set({ ...asOperator, 'cache-control': 'no-cache' })
      .expect(200);
    expect(headers['cache-status']).toMatch(/^query-cache; fwd=request; stored/);
  });

  it('answers 404 from memory for an airport that does not exist', async () => {
    const { requests } = upstream;
    expect((await get('QQQ').expect(404)).body).toMatchObject({ code: 'E_AIRPORT_UNKNOWN' });
    const { headers } = await get('QQQ').expect(404);
    expect(headers['cache-status']).toMatch(/^query-cache; hit/);
    expect(upstream.requests).toBe(requests);
  });

  it('answers 422 and names the wrong field', async () => {
    const { body } = await get('Paris').expect(422);
    expect(body.errors).toEqual([{ field: 'airport', message: expect.stringContaining('IATA') }]);
  });
});
