import { createClient } from 'redis';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOARDS_ACL, QUERIES_ACL, SESSIONS_ACL } from '../../../infra/lib/engines/acl.js';
import { type EngineCluster, startCluster } from '../../../local/index.js';
import { readinessOf, redisLike, startOn, type TestNode } from '../../support/app.js';
import { createDatabase } from '../../support/database.js';
import { asGameServer, asOperator, patient, productionSettings } from '../../support/settings.js';
import { until } from '../../support/until.js';
import { score } from '../leaderboard/board-app.js';

type Admin = Awaited<ReturnType<typeof connect>>;

function connect(url: string) {
  return createClient({ url: url.replace(/^\w+/, 'redis') }).connect();
}

const PASSWORD = 'only-for-this-test';
const ACCOUNT = { username: 'grace', password: 'a passphrase for this test' };

describe('the application with the users of infra/', () => {
  let cluster: EngineCluster;
  let node: TestNode;
  const admins: Admin[] = [];

  beforeAll(async () => {
    cluster = await startCluster(redisLike());
    for (const { url } of cluster.nodes.values()) {
      admins.push(await connect(url));
    }
    node = await startOn({
      ...productionSettings(await createDatabase(), await urlOf('sessions', SESSIONS_ACL)),
      ...patient,
      LEADERBOARD_ENGINE_URL: await urlOf('boards', BOARDS_ACL),
      CACHE_ENGINE_URL: await urlOf('queries', QUERIES_ACL),
    });
    await until(async () => (await readinessOf(node)).status === 'ok');
  });
  afterAll(async () => {
    await node.close();
    for (const admin of admins) admin.destroy();
    await cluster.stop();
  });

  /** Creates a user on every node. */
  async function urlOf(user: string, acl: string): Promise<string> {
    for (const admin of admins) {
      await admin.sendCommand(['ACL', 'SETUSER', user, 'reset', `>${PASSWORD}`, ...acl.split(' ')]);
    }
    return cluster.url.replace('://', `://${user}:${PASSWORD}@`);
  }

  it('lacks no command but CONFIG, which ElastiCache refuses to everybody', async () => {
    const { engines } = await readinessOf(node);
    const missing = Object.values(engines).flatMap(({ missingCommands }) => missingCommands);
    expect(new Set(missing.map(({ command }) => command))).toEqual(new Set(['CONFIG GET']));
  });

  it('is refused nothing in a session, a query, a board and their ends', async () => {
    for (const admin of admins) await admin.sendCommand(['ACL', 'LOG', 'RESET']);
    const visitor = request.agent(node.url);
    await visitor.post('/api/accounts').send(ACCOUNT).expect(201);
    await visitor
      .post('/api/sessions')
      .send({ ...ACCOUNT, password: 'wrong' })
      .expect(401);
    await visitor.post('/api/sessions').send(ACCOUNT).expect(201);
    await visitor.patch('/api/sessions/current/data').send({ seen: true }).expect(200);
    await visitor.get('/api/sessions').expect(200);
    await visitor.delete('/api/sessions?except=current').expect(200);
    await request(node.url).get('/api/flights/routes/JFK').expect(200);
    await visitor.delete('/api/sessions/current').expect(204);
    const asServer = { board: '/api/leaderboards/arena', headers: asGameServer };
    await request(node.url).put(asServer.board).set(asServer.headers).send({ max: 500 }).expect(200);
    await request(node.url)
      .post(`${asServer.board}/scores`)
      .set(asServer.headers)
      .send(score('ada', 7))
      .expect(200);
    await request(node.url).post(`${asServer.board}/rebuild`).set(asOperator);
    await request(node.url).get(asServer.board).expect(200);
    await request(node.url).delete('/api/players/ada').set(asServer.headers);
    expect(await refused()).toEqual([]);
  });

  /** What the server refused since the last reset, as `user: command or key`. */
  async function refused(): Promise<string[]> {
    const logs = await Promise.all(admins.map((admin) => admin.aclLog()));
    const entries = logs.flat().map(({ username, object }) => `${username}: ${object}`);
    return entries.filter((entry) => !entry.endsWith(': config|get'));
  }
});
