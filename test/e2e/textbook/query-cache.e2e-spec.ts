import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QueryCacheService } from '../../../src/query-cache/index.js';
import type { TestNode } from '../../support/app.js';
import { until } from '../../support/until.js';
import { Visitors } from '../sessions/visitors.js';
import { countLoads, useTextbookApp } from './textbook-app.js';

const MISSES = 50;

describe('the textbook query cache', () => {
  const textbook = useTextbookApp();
  let other: TestNode;
  beforeAll(async () => {
    other = await textbook.app.startNode();
  });
  afterAll(() => other.close());

  const get = (path: string, { url }: TestNode = textbook.app) => request(url).get(path).expect(200);

  /** Sends 50 requests at once, and lets the database answer when `loads` queries have begun. Resolves with the number of queries. */
  async function loadsOfConcurrentMisses(path: string, loads: number): Promise<number> {
    const counted = countLoads('flight');
    const before = counted();
    const database = new Client({ connectionString: textbook.app.databaseUrl });
    await database.connect();
    await database.query('BEGIN');
    await database.query('LOCK TABLE flights IN ACCESS EXCLUSIVE MODE');
    const answers = Array.from({ length: MISSES }, async () => (await get(path)).status);
    await until(() => counted() - before === loads);
    await database.query('COMMIT');
    await database.end();
    expect(new Set(await Promise.all(answers))).toEqual(new Set([200]));
    return counted() - before;
  }

  it('caches an answer under its URL', async () => {
    expect((await get('/textbook/flights/routes/LAX')).headers).toMatchObject({ 'x-cache': 'MISS' });
    expect((await get('/textbook/flights/routes/LAX', other)).headers).toMatchObject({ 'x-cache': 'HIT' });
  });

  it('runs the query 50 times for 50 concurrent misses; the module runs it once', async () => {
    expect(await loadsOfConcurrentMisses('/textbook/flights/11', MISSES)).toBe(MISSES);
    expect(await loadsOfConcurrentMisses('/api/flights/11', 1)).toBe(1);
  });

  it('serves the answer of one user to another; the module keeps it to its scope', async () => {
    const mine = async (username: string, home: string) => {
      const browser = request.agent(textbook.app.url);
      await browser.post('/textbook/sessions').send({ username }).expect(201);
      await browser.patch('/textbook/sessions/current/data').send({ home }).expect(200);
      return (await browser.get('/textbook/flights/mine').expect(200)).body as { origin: string };
    };
    expect([await mine('ada', 'ORD'), await mine('grace', 'LAX')].map(({ origin }) => origin)).toEqual([
      'ORD',
      'ORD',
    ]);

    const module = textbook.app.get<QueryCacheService>(QueryCacheService).define({
      name: `mine-${randomUUID()}`,
      ttlSeconds: 60,
      scope: ({ username }: { username: string }) => username,
      load: ({ username }) => Promise.resolve(`flights of ${username}`),
    });
    expect([await module.get({ username: 'ada' }), await module.get({ username: 'grace' })]).toEqual([
      'flights of ada',
      'flights of grace',
    ]);
  });

  it('serves an old answer after a write on any node; the module serves none', async () => {
    const flights = async (side: string, node: TestNode) =>
      (await get(`/${side}/flights/routes/JFK/LAX`, node)).body.flights as number;
    const before = await flights('textbook', textbook.app);
    await flights('api', textbook.app);
    const { cookie } = await new Visitors(other).newVisit();
    const flight = {
      date: '2001-03-01T08:00:00',
      delay: 0,
      distance: 2475,
      origin: 'JFK',
      destination: 'LAX',
    };
    await request(other.url).post('/api/flights').set({ cookie }).send(flight).expect(201);
    await until(async () => (await flights('api', textbook.app)) === before + 1);
    expect([await flights('textbook', textbook.app), await flights('textbook', other)]).toEqual([
      before,
      before,
    ]);
  });

  it('caches one answer again for each spelling of its URL; the module caches it once', async () => {
    const loads = countLoads('topRoutes');
    const ask = async (side: string) => {
      const before = loads();
      for (const path of ['ATL', 'atl', '%41TL', 'ATL?limit=20', 'ATL?limit=19', 'ATL?x=1']) {
        await get(`/${side}/flights/routes/${path}`);
      }
      return loads() - before;
    };
    expect([await ask('textbook'), await ask('api')]).toEqual([6, 1]);
  });

  it('queries the database for each request of something that does not exist; the module remembers it', async () => {
    const loads = countLoads('flight');
    const ask = async (side: string) => {
      const before = loads();
      for (let i = 0; i < 3; i++)
        await request(textbook.app.url).get(`/${side}/flights/999999999`).expect(404);
      return loads() - before;
    };
    expect([await ask('textbook'), await ask('api')]).toEqual([3, 1]);
  });
});
