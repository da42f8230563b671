import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type RedisClientType } from 'redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalEngine, startEngine } from '../../../local/index.js';
import { Engines } from '../../../src/engine/index.js';
import { readinessOf, redisLike, startOn, type TestNode } from '../../support/app.js';
import { createDatabase } from '../../support/database.js';
import { RequestLoad } from '../../support/request-load/request-load.js';
import { patient, productionSettings } from '../../support/settings.js';
import { until } from '../../support/until.js';

const REQUESTS_AROUND_EACH_KILL = 200;

describe('a password that is rotated under load, 200 requests a second', () => {
  let server: LocalEngine;
  let admin: RedisClientType;
  let directory: string;
  let node: TestNode;
  let load: RequestLoad;
  let startedAt: number;

  const file = () => join(directory, 'password');
  const setUser = (...rules: string[]) => admin.aclSetUser('app', rules);
  /** The ids of the application's connections. */
  const connections = async (): Promise<string[]> => {
    const clients = await admin.clientList();
    return clients.filter(({ user }) => user === 'app').map(({ id }) => String(id));
  };
  const kill = (id: string) => admin.sendCommand(['CLIENT', 'KILL', 'ID', id]);

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rotation-'));
    await writeFile(file(), 'first\n');
    server = await startEngine(redisLike());
    admin = createClient({ url: server.url.replace(/^valkey/, 'redis') });
    await admin.on('error', () => undefined).connect();
    await setUser('on', '>first', '~*', '&*', '+@all');
    const url = `${server.url.replace('://', '://app@')}?password-file=${file()}`;
    node = await startOn({ ...productionSettings(await createDatabase(), url), ...patient });
    await until(async () => (await readinessOf(node)).status === 'ok');
    load = await RequestLoad.on(node);
    startedAt = performance.now();
    load.start();
  });
  afterEach(async () => {
    await load.stop();
    await node.close();
    admin.destroy();
    await server.stop();
    await rm(directory, { recursive: true });
  });

  it('fails no request while all connections are closed one by one', async () => {
    await setUser('>second');
    await writeFile(file(), 'second\n');
    await setUser('<first');
    const killed: string[] = [];
    for (const id of await connections()) {
      await load.more(REQUESTS_AROUND_EACH_KILL);
      await load.betweenRequests(() => kill(id));
      killed.push(id);
    }
    await load.more(REQUESTS_AROUND_EACH_KILL);
    const answers = await load.stop();
    const perSecond = Math.round(answers.length / ((performance.now() - startedAt) / 1_000));

    const { done, refused, unknown, connects } = node.get(Engines).for('sessions').statistics;
    console.log(
      `password rotation: ${killed.length} connections closed, ${answers.length} requests, ${perSecond} a second, ${load.failures.length} failed; ` +
        `engine calls: ${done} done, ${refused} refused, ${unknown} unknown, ${connects} connects`,
    );
    expect(killed.length).toBeGreaterThanOrEqual(2);
    expect(load.failures).toEqual([]);
    expect((await connections()).filter((id) => killed.includes(id))).toEqual([]);
  });
});
