import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type EngineCluster, startCluster } from '../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import { redisLike } from '../../support/app.js';
import { until } from '../../support/until.js';
import { commandsOf } from '../../support/commands-of.js';

Logger.overrideLogger(false);

const KEYS = Array.from({ length: 50 }, (_, i) => `key-${i}`);

describe('an engine on a cluster', () => {
  let cluster: EngineCluster;
  let engine: RedisEngine;
  beforeAll(async () => {
    cluster = await startCluster(redisLike(), { replicasPerShard: 0 });
  });
  afterEach(async () => {
    engine.close();
    await set('cluster-preferred-endpoint-type', 'ip');
    await set('cluster-announce-hostname', '');
  });
  afterAll(() => cluster.stop());

  const set = (name: string, value: string) =>
    Promise.all([...cluster.nodes.values()].map((node) => node.command('CONFIG', 'SET', name, value)));

  async function connected(url = cluster.url): Promise<RedisEngine> {
    engine = new RedisEngine(parseEngineUrl(url), 2_000);
    engine.start();
    await until(() => engine.isReady && engine.report().reason === null);
    return engine;
  }

  async function writesAndReads(own: RedisEngine): Promise<boolean> {
    const client = commandsOf(own);
    await Promise.all(KEYS.map((key) => client.set(key, key)));
    return (await Promise.all(KEYS.map((key) => client.get(key)))).every((value, i) => value === KEYS[i]);
  }

  it('uses the ip of nodes whose host is "?", because they have no hostname', async () => {
    await set('cluster-preferred-endpoint-type', 'hostname');
    expect(JSON.stringify(await cluster.node('shard-1').command('CLUSTER', 'SLOTS'))).toContain('"?"');
    expect(await writesAndReads(await connected())).toBe(true);
  });

  it('uses the address of the server that was asked for nodes without a host', async () => {
    await set('cluster-preferred-endpoint-type', 'unknown-endpoint');
    expect(await writesAndReads(await connected())).toBe(true);
  });

  it('connects to hostnames', async () => {
    await set('cluster-announce-hostname', 'localhost');
    await set('cluster-preferred-endpoint-type', 'hostname');
    await until(async () =>
      JSON.stringify(await cluster.node('shard-1').command('CLUSTER', 'SLOTS')).includes('localhost'),
    );
    expect(await writesAndReads(await connected())).toBe(true);
  });

  it.each(['slots', 'shards'])('does not need CLUSTER %s', async (subcommand) => {
    const rules = ['on', '>secret', '~*', '&*', '+@all', `-cluster|${subcommand}`];
    await Promise.all(
      [...cluster.nodes.values()].map((node) => node.command('ACL', 'SETUSER', 'app', ...rules)),
    );
    expect(await writesAndReads(await connected(cluster.url.replace('://', '://app:secret@')))).toBe(true);
    const missing = () => engine.report().missingCommands.map(({ command }) => command);
    await expect.poll(missing).toEqual(subcommand === 'slots' ? ['CLUSTER SLOTS'] : []);
  });

  it('names the command if the user may read the map in neither way', async () => {
    const rules = ['on', '>secret', '~*', '&*', '+@all', '-cluster|slots', '-cluster|shards'];
    await Promise.all(
      [...cluster.nodes.values()].map((node) => node.command('ACL', 'SETUSER', 'app', ...rules)),
    );
    engine = new RedisEngine(parseEngineUrl(cluster.url.replace('://', '://app:secret@')), 2_000);
    engine.start();
    await until(() => engine.report().state === 'down');
    expect(engine.report().reason).toBe(
      'The ACL of the user does not allow cluster|slots. Add +cluster|slots to it.',
    );
  });
});
