import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine, type LocalServer, startEngine, startPostgres } from '../../../local/index.js';
import { installed, readinessOf, startOn, type TestNode } from '../../support/app.js';
import { createDatabase } from '../../support/database.js';
import { productionSettings, type Settings } from '../../support/settings.js';
import { until } from '../../support/until.js';

const NOBODY_LISTENS = '127.0.0.1:1';

async function withNode(settings: Settings, look: (node: TestNode) => Promise<void>): Promise<void> {
  const node = await startOn(settings);
  try {
    expect((await fetch(`${node.url}/health/live`)).status).toBe(200);
    await look(node);
  } finally {
    await node.close();
  }
}

describe('GET /health/ready', () => {
  let databaseUrl: string;
  let engine: LocalEngine;
  let locked: LocalServer;
  beforeAll(async () => {
    const [kind = 'redis'] = installed('valkey', 'redis') as ('valkey' | 'redis')[];
    databaseUrl = await createDatabase();
    engine = await startEngine(kind);
    locked = await startEngine(kind, { password: 'right' });
  });
  afterAll(async () => {
    await engine.stop();
    await locked.stop();
  });

  it('reports degraded with the reason while an engine is down, and ok after it is back', async () => {
    await engine.kill();
    await withNode(productionSettings(databaseUrl, engine.url), async (node) => {
      await until(async () => (await readinessOf(node)).database.state === 'ready');
      await until(async () => (await readinessOf(node)).engines[0]?.state === 'down');
      const readiness = await readinessOf(node);
      expect(readiness).toMatchObject({ httpStatus: 200, status: 'degraded' });
      expect(readiness.engines[0]).toMatchObject({
        roles: ['sessions', 'cache', 'leaderboard'],
        reason: 'The connection is refused. Start the engine, or correct its URL.',
      });
      await engine.restart();
      await until(async () => (await readinessOf(node)).status === 'ok');
    });
  });

  it('reports degraded with the reason while an engine rejects writes, and ok afterwards', async () => {
    const set = (bytes: string) => engine.command('CONFIG', 'SET', 'maxmemory', bytes);
    await withNode(productionSettings(databaseUrl, engine.url), async (node) => {
      await until(async () => (await readinessOf(node)).status === 'ok');
      await set('1');
      await until(async () => (await readinessOf(node)).status === 'degraded');
      const readiness = await readinessOf(node);
      expect(readiness.httpStatus).toBe(200);
      expect(readiness.engines[0]).toMatchObject({
        state: 'ready',
        refusesWrites: true,
        reason: expect.stringMatching(/ is full and refuses writes \(OOM\)/),
      });
      await set('0');
      await until(async () => (await readinessOf(node)).status === 'ok');
    });
  });

  it.each([
    ['a wrong password', (url: string) => url.replace(':right@', ':wrong@'), /user or password is wrong/],
    ['a missing password', (url: string) => url.replace(':right@', ''), /asks for a password/],
  ])('explains %s in one sentence that does not contain the password', async (_what, change, reason) => {
    await withNode(productionSettings(databaseUrl, change(locked.url)), async (node) => {
      await until(async () => reason.test((await readinessOf(node)).engines[0]?.reason ?? ''));
      expect(JSON.stringify(await readinessOf(node))).not.toMatch(/wrong@|right/);
    });
  });

  it('explains that the host of an engine cannot be resolved', async () => {
    await withNode(productionSettings(databaseUrl, 'redis://no-such-host.invalid:6379'), async (node) => {
      await until(async () => /not known/.test((await readinessOf(node)).engines[0]?.reason ?? ''));
      await until(async () => (await readinessOf(node)).status === 'degraded');
      expect((await readinessOf(node)).httpStatus).toBe(200);
    });
  });

  it('keeps using the Memcached nodes that answer, and names the one that does not', async () => {
    const memcached = await startEngine('memcached');
    const CACHE_ENGINE_URL = `${memcached.url},${NOBODY_LISTENS}`;
    await withNode({ ...productionSettings(databaseUrl, engine.url), CACHE_ENGINE_URL }, async (node) => {
      await until(async () => (await readinessOf(node)).status === 'ok');
      const cache = (await readinessOf(node)).engines.find(({ kind }) => kind === 'memcached');
      expect(cache).toMatchObject({
        state: 'ready',
        reason: `${NOBODY_LISTENS} does not answer. Start it, or correct the URL.`,
      });
      const statuses = await Promise.all(
        Array.from({ length: 20 }, async (_, i) => (await fetch(`${node.url}/api/flights/${i + 1}`)).status),
      );
      expect(new Set(statuses)).toEqual(new Set([200]));
    });
    await memcached.stop();
  });

  it('answers within seconds while PostgreSQL is paused, and explains a wrong PostgreSQL password', async () => {
    const postgres = await startPostgres();
    await withNode(productionSettings(postgres.url, engine.url), async (node) => {
      await until(async () => (await readinessOf(node)).httpStatus === 200);
      postgres.pause();
      await until(async () => (await readinessOf(node)).httpStatus === 503, 5000);
      postgres.resume();
      await until(async () => (await readinessOf(node)).httpStatus === 200);
    });
    const wrong = Object.assign(new URL(postgres.url), { password: 'wrong' }).href;
    await withNode(productionSettings(wrong, engine.url), async (node) => {
      const { database } = await readinessOf(node);
      expect(database.reason).toBe('PostgreSQL refuses the user or the password. Correct DATABASE_URL.');
    });
    await postgres.stop();
  });

  it('reports the engines of different roles separately', async () => {
    const settings = {
      ...productionSettings(databaseUrl, engine.url),
      CACHE_ENGINE_URL: `memcached://${NOBODY_LISTENS}`,
    };
    await withNode(settings, async (node) => {
      await until(async () => (await readinessOf(node)).engines.some(({ state }) => state === 'down'));
      const { engines } = await readinessOf(node);
      expect(engines.map(({ kind, roles }) => [kind, roles])).toEqual([
        [engine.url.split(':')[0], ['sessions', 'leaderboard']],
        ['memcached', ['cache']],
      ]);
    });
  });

  it('answers 503 while PostgreSQL is down, and 200 after it is back', async () => {
    const postgres = await startPostgres();
    await postgres.kill();
    await withNode(productionSettings(postgres.url, engine.url), async (node) => {
      expect(await readinessOf(node)).toMatchObject({ httpStatus: 503, status: 'unavailable' });
      await postgres.restart();
      await until(async () => (await readinessOf(node)).httpStatus === 200);
      expect((await fetch(`${node.url}/api/leaderboards`)).status).toBe(200);
    });
    await postgres.stop();
  });
});
