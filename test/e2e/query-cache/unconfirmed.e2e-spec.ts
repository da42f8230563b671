import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LocalEngine } from '../../../local/index.js';
import { QueryCacheService } from '../../../src/query-cache/index.js';
import { redisLike, startApp, type TestApp } from '../../support/app.js';
import { queryDatabase } from '../../support/database.js';
import { until } from '../../support/until.js';
import { Visitors } from '../sessions/visitors.js';

const ROUTE = '/api/flights/routes/JFK/LAX';
const FLIGHT = {
  date: '2001-06-30T12:05:00',
  delay: 90,
  distance: 100,
  origin: 'JFK',
  destination: 'LAX',
};

let app: TestApp;
let engine: LocalEngine;
beforeAll(async () => {
  app = await startApp({ cacheEngine: redisLike() });
  // Otherwise the other node learns of the flight from PostgreSQL, and invalidates its answers itself.
  await queryDatabase(app.databaseUrl, 'ALTER TABLE flights DISABLE TRIGGER USER');
  engine = app.cacheEngine as LocalEngine;
});
afterAll(() => app.close());

const flightsOf = async ({ url }: { url: string }) =>
  Number((await request(url).get(ROUTE).expect(200)).body.flights);

/** The cache sends UNLINK for invalidations only. */
const allow = (isAllowed: boolean) =>
  engine.command('ACL', 'SETUSER', 'default', isAllowed ? '+unlink' : '-unlink');

async function refusals(): Promise<number> {
  const stats = String(await engine.command('INFO', 'commandstats'));
  return Number(/cmdstat_unlink:.*rejected_calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

it('POST /api/flights answers invalidated: false when the engine rejects the invalidation, and shutdown retries it', async () => {
  const writer = await app.startNode();
  const { cookie } = await new Visitors(writer).newVisit();
  const before = await flightsOf(app);
  await allow(false);
  const { body } = await request(writer.url).post('/api/flights').set({ cookie }).send(FLIGHT).expect(201);
  expect(body).toEqual({ id: expect.any(Number), ...FLIGHT, invalidated: false });
  expect(await flightsOf(writer)).toBe(before + 1);
  expect(await flightsOf(app)).toBe(before);
  // Right after a retry, so that the shutdown sends the next one.
  const refused = await refusals();
  await until(async () => (await refusals()) > refused);
  await allow(true);
  await writer.close();
  await until(async () => (await flightsOf(app)) === before + 1);
});

it('the shutdown logs how many invalidations it could not apply', async () => {
  const lines: string[] = [];
  const keep = (...parts: unknown[]) => void lines.push(parts.map(String).join(' '));
  const logged = await startApp({
    cacheEngine: redisLike(),
    logger: { log: keep, warn: keep, error: keep },
  });
  const tag = randomUUID();
  await logged.cacheEngine.kill();
  await logged.get(QueryCacheService).invalidateTag(tag);
  await logged.close();
  const warnings = lines.filter((line) => line.includes('could not be removed from the engine'));
  expect(warnings).toEqual([expect.stringMatching(/^1 invalidated keys/)]);
  expect(lines.join()).not.toContain(tag);
});
