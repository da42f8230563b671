import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { asOperator } from '../../support/settings.js';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

const get = (path: string) => request(app.url).get(path);

describe('POST /api/flights', () => {
  const flight = {
    date: '2001-06-30T12:05:00',
    delay: 90,
    distance: 100,
    origin: 'JFK',
    destination: 'XNA',
  };
  const add = async (changes: object = {}) => {
    const username = `pilot-${randomUUID().slice(0, 8)}`;
    const password = 'a passphrase for tests';
    await request(app.url).post('/api/accounts').send({ username, password }).expect(201);
    const { headers } = await request(app.url).post('/api/sessions').send({ username, password }).expect(201);
    const cookie = String(headers['set-cookie']?.[0]).split(';')[0] ?? '';
    return request(app.url)
      .post('/api/flights')
      .set('cookie', cookie)
      .send({ ...flight, ...changes });
  };

  it('answers 401 without a session', async () => {
    const { body } = await request(app.url).post('/api/flights').send(flight).expect(401);
    expect(body).toMatchObject({ code: 'E_NO_SESSION' });
  });

  it('answers 422 and names the wrong fields', async () => {
    const { status, body } = await add({ date: 'yesterday', delay: 1.5, origin: 'Paris' });
    expect(status).toBe(422);
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(['date', 'delay', 'origin']);
  });

  it('invalidates the affected answers on this node and on another, and no other answer', async () => {
    const other = await app.startNode();
    const paths = ['/api/flights/routes/JFK/XNA', '/api/flights/routes/JFK?limit=100', '/api/flights/999'];
    await get('/api/flights/routes/JFK/XNA').expect(404);
    for (const path of paths.slice(1)) await get(path).expect(200);
    const { status, body } = await add();
    expect(status).toBe(201);
    expect(body).toEqual({ id: expect.any(Number), ...flight, invalidated: true });
    for (const url of [app.url, other.url]) {
      const route = await request(url).get(paths[0]!).expect(200);
      expect(route.body).toMatchObject({ flights: 1, meanDelay: 90 });
      const { routes } = (await request(url).get(paths[1]!).expect(200)).body;
      expect(routes).toContainEqual({ destination: 'XNA', flights: 1, meanDelay: 90, p95Delay: 90 });
      const added = await request(url).get(`/api/flights/${body.id}`).expect(200);
      expect(added.body).toEqual({ ...flight, id: body.id });
    }
    // An answer that does not depend on the flight is still in memory.
    expect((await get(paths[2]!)).headers['cache-status']).toMatch(/^query-cache; hit/);
    await other.close();
  });
});

describe('POST /api/query-cache/invalidations', () => {
  const invalidate = (body: object) =>
    request(app.url).post('/api/query-cache/invalidations').set(asOperator).send(body);
  const statusOf = async (path: string) => (await get(path).expect(200)).headers['cache-status'];

  it.each([
    ['a tag', '/api/flights/routes/BOS?limit=2', { tag: 'airport:BOS' }],
    ['one answer', '/api/flights/5', { query: 'flights.flight', args: { id: 5 } }],
    ['a query', '/api/flights/6', { query: 'flights.flight' }],
    ['all queries', '/api/flights/7', { all: true }],
  ])('invalidates the answers of %s', async (_what, path, invalidation) => {
    await get(path).expect(200);
    expect(await statusOf(path)).toMatch(/; hit/);
    const { body } = await invalidate(invalidation).expect(200);
    expect(body).toEqual({ isConfirmed: true });
    expect(await statusOf(path)).toMatch(/fwd=uri-miss; stored/);
  });

  it('answers 401 without the operator key and 404 for an unknown query', async () => {
    await request(app.url).post('/api/query-cache/invalidations').send({ tag: 'x' }).expect(401);
    const { body } = await invalidate({ query: 'flights.none', args: {} }).expect(404);
    expect(body).toMatchObject({
      code: 'E_QUERY_UNKNOWN',
      detail: expect.stringContaining('flights.route'),
    });
  });

  it.each([
    [{}, ''],
    [{ tag: '' }, 'tag'],
    [{ all: false }, 'all'],
    [{ all: true, tag: 'a' }, ''],
    [{ tag: 'a', query: 'b', args: {} }, ''],
    [{ tag: 'a', args: {} }, 'args'],
    [{ query: 7 }, 'query'],
  ])('answers 422 for %j and names the field "%s"', async (wrong, field) => {
    const { body } = await invalidate(wrong).expect(422);
    expect(body).toMatchObject({ code: 'E_INVALID', errors: [{ field }] });
  });
});
