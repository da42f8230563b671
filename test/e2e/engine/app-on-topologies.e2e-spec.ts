import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { type EngineStack, startCluster, startSentinel } from '../../../local/index.js';
import { installed, readinessOf, startOn, type TestNode } from '../../support/app.js';
import { createDatabase } from '../../support/database.js';
import { asGameServer, productionSettings } from '../../support/settings.js';
import { until } from '../../support/until.js';

const [kind = 'valkey'] = installed('valkey', 'redis') as ('redis' | 'valkey')[];

describe('the application on Sentinel and Cluster', () => {
  let stack: EngineStack;
  let node: TestNode;
  afterEach(async () => {
    await node.close();
    await stack.stop();
  });

  const signIn = (body: object) => request(node.url).post('/api/sessions').send(body);
  const submit = (submissionId: string, score: number) =>
    request(node.url)
      .post('/api/leaderboards/board/scores')
      .set(asGameServer)
      .send({ submissionId, playerId: 'ada', score });

  it.each<[string, () => Promise<EngineStack>, string]>([
    ['Sentinel with TLS', () => startSentinel(kind, { tls: true, password: 'secret' }), 'primary'],
    ['a cluster', () => startCluster(kind), 'shard-1'],
  ])(
    '%s: sessions, query cache and leaderboard work, and recover after a primary is killed',
    async (_how, start, primary) => {
      stack = await start();
      node = await startOn(productionSettings(await createDatabase(), stack.url));
      await until(async () => (await readinessOf(node)).status === 'ok');
      const account = { username: `ada-${randomUUID().slice(0, 8)}`, password: 'a passphrase for tests' };
      await request(node.url).post('/api/accounts').send(account).expect(201);
      await request(node.url).put('/api/leaderboards/board').set(asGameServer).send({}).expect(200);

      const theme = { theme: 'dark' };
      const guest = await request(node.url).patch('/api/sessions/current/data').send(theme).expect(200);
      const cookies = guest.headers['set-cookie'] as unknown as string[];
      const signedIn = await signIn(account).set('Cookie', cookies).expect(201);
      expect(signedIn.body.data).toEqual(theme);
      expect((await submit('first', 1).expect(200)).body).toMatchObject({ rank: 1 });
      await request(node.url).get('/api/flights/1').expect(200);
      const hit = await request(node.url).get('/api/flights/1').expect(200);
      expect(hit.headers['cache-status']).toMatch(/^query-cache; hit/);

      await stack.node(primary).kill();
      await request(node.url).get('/api/flights/2').expect(200);
      await until(async () => (await submit(randomUUID(), Date.now() % 1000)).status === 200, 20_000);
      await until(async () => (await signIn(account)).status === 201);
      expect((await readinessOf(node)).status).toBe('ok');
    },
    60_000,
  );
});
