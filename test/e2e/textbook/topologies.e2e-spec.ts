import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type EngineStack,
  startCluster,
  startEngine,
  startProfile,
  startSentinel,
} from '../../../local/index.js';
import { installed, readinessOf, redisLike, startOn, type TestNode } from '../../support/app.js';
import { createDatabase } from '../../support/database.js';
import { productionSettings, type Settings } from '../../support/settings.js';
import { until } from '../../support/until.js';
import { cookieOf } from '../sessions/visitors.js';

describe('the textbook side', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  async function startDemo(engineUrl: string, settings: Settings = {}): Promise<TestNode> {
    const database = await createDatabase();
    const node = await startOn({ ...productionSettings(database, engineUrl), DEMO: 'true', ...settings });
    closing.push(() => node.close());
    await until(async () => (await readinessOf(node)).status === 'ok');
    return node;
  }

  const signIn = ({ url }: TestNode) => request(url).post('/textbook/sessions').send({ username: 'ada' });
  const score = ({ url }: TestNode) =>
    request(url).post('/textbook/leaderboards/arena/scores').send({ playerId: 'ada', score: 7 });

  it.each<[string, () => Promise<{ url: string; stop(): Promise<void> }>]>([
    ['an engine with TLS and users', () => startEngine(redisLike(), { tls: true, acl: true })],
    ['Sentinel with TLS and a password', () => startSentinel(redisLike(), { tls: true, password: 'secret' })],
    ['a cluster with TLS and users', () => startCluster(redisLike(), { tls: true, acl: true })],
    ['ElastiCache Serverless', () => startProfile('elasticache-serverless', { kind: redisLike() })],
  ])('works on %s', async (_what, start) => {
    const engine = await start();
    closing.push(() => engine.stop());
    const node = await startDemo(engine.url);
    await until(async () => (await score(node)).status === 200);
    expect((await score(node)).body).toEqual({ playerId: 'ada', rank: 1, score: 7 });
    await request(node.url).get('/textbook/flights/1').expect(200);
    const hit = await request(node.url).get('/textbook/flights/1').expect(200);
    expect(hit.headers).toMatchObject({ 'x-cache': 'HIT' });
    const cookie = cookieOf((await signIn(node).expect(201)).headers);
    await request(node.url).get('/textbook/sessions/current').set({ cookie }).expect(200);
  });

  it.each<[string, () => Promise<EngineStack>]>([
    ['Sentinel', () => startSentinel(redisLike())],
    ['a cluster', () => startCluster(redisLike())],
  ])('works on %s that was down when the application started', async (_what, start) => {
    const stack = await start();
    closing.push(() => stack.stop());
    await Promise.all([...stack.nodes.values()].map((server) => server.kill()));
    const node = await startOn({
      ...productionSettings(await createDatabase(), stack.url),
      DEMO: 'true',
    });
    closing.push(() => node.close());
    await until(async () => (await readinessOf(node)).status === 'degraded');
    await Promise.all([...stack.nodes.values()].map((server) => server.restart()));
    await until(async () => (await score(node)).status === 200, 50_000);
    expect((await score(node)).body).toMatchObject({ rank: 1 });
  });

  it.skipIf(installed('memcached').length === 0)(
    'answers 503 for flights if their cache is on Memcached; sessions and boards work',
    async () => {
      const [engine, memcached] = [await startEngine(redisLike()), await startEngine('memcached')];
      closing.push(
        () => engine.stop(),
        () => memcached.stop(),
      );
      const node = await startDemo(engine.url, { CACHE_ENGINE_URL: memcached.url });
      const { body } = await request(node.url).get('/textbook/flights/1').expect(503);
      expect(body).toMatchObject({
        code: 'E_TEXTBOOK_ENGINE',
        detail: expect.stringContaining('CACHE_ENGINE_URL'),
      });
      await signIn(node).expect(201);
      await score(node).expect(200);
    },
  );

  it('answers 503 if the engine URL has its password in a file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'textbook-'));
    closing.push(() => rm(directory, { recursive: true }));
    await writeFile(join(directory, 'password'), 'secret');
    const engine = await startEngine(redisLike(), { password: 'secret' });
    closing.push(() => engine.stop());
    const url = `${engine.url.replace(':secret@', '')}?password-file=${join(directory, 'password')}`;
    const { body } = await signIn(await startDemo(url)).expect(503);
    expect(body).toMatchObject({ code: 'E_TEXTBOOK_ENGINE', detail: expect.stringContaining('ENGINE_URL') });
  });
});
