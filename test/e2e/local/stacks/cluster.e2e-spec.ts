import { setImmediate as nextTurn } from 'node:timers/promises';
import { createCluster } from 'redis';
import { afterEach, describe, expect, it } from 'vitest';
import { type ClusterOptions, type EngineCluster, startCluster } from '../../../../local/index.js';
import { redisLike, redisLikes } from '../../../support/app.js';
import { survivors } from '../program.js';

const FAILOVER = { timeout: 15_000, interval: 50 };

let cluster: EngineCluster;

afterEach(() => cluster.stop());

const role = async (name: string): Promise<unknown> => {
  const reply = await cluster.node(name).command('ROLE');
  return Array.isArray(reply) ? reply[0] : reply;
};

async function connect() {
  const rootNodes = [...cluster.nodes.values()].map(({ port }) => ({ url: `redis://127.0.0.1:${port}` }));
  // Without it the client keeps sending commands to a removed node until another node replies MOVED.
  const client = createCluster({ rootNodes, topologyRefreshOnReconnectionAttemptStrategy: 100 });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

describe.each(redisLikes())('startCluster(%j)', (kind) => {
  it('starts three shards with one replica each, and all nodes serve', async () => {
    cluster = await startCluster(kind);
    const names = [1, 2, 3].flatMap((shard) => [`shard-${shard}`, `shard-${shard}-replica-1`]);
    expect([...cluster.nodes.keys()].toSorted()).toEqual(names);
    const hosts = names.map((name) => `127.0.0.1:${cluster.node(name).port}`);
    expect(cluster.url).toBe(`${kind}+cluster://${hosts.join(',')}`);
    for (const name of names) {
      expect(await cluster.node(name).command('CLUSTER', 'INFO')).toMatch(/^cluster_state:ok\r\n/);
      expect(await role(name)).toBe(name.includes('replica') ? 'slave' : 'master');
    }
    expect(await Promise.all(cluster.shards.map((shard) => cluster.slotsOf(shard)))).toEqual([
      5461, 5461, 5462,
    ]);
    expect(await cluster.primaryNow('shard-2')).toBe('shard-2');
  });

  it('survives a restart of all nodes right after the start', async () => {
    cluster = await startCluster(kind, { nodeTimeoutMilliseconds: 10_000 });
    const nodes = [...cluster.nodes.values()];
    await Promise.all(nodes.map((node) => node.kill()));
    await Promise.all(nodes.map((node) => node.restart()));
    for (const node of nodes) expect(await node.command('PING')).toBe('PONG');
  }, 40_000);

  it('promotes the replica of a killed primary, and demotes the restarted primary', async () => {
    cluster = await startCluster(kind);
    const client = await connect();
    // {b} hashes to slot 3300, which belongs to the first shard.
    await client.set('{b}key', 'value');
    expect(await client.sendCommand('{b}key', false, ['WAIT', '1', '5000'])).toBe(1);
    client.destroy();
    await cluster.node('shard-1').kill();
    await expect.poll(() => cluster.primaryNow('shard-1'), FAILOVER).toBe('shard-1-replica-1');
    expect(await cluster.node('shard-1-replica-1').command('GET', '{b}key')).toBe('value');
    expect(await cluster.primaryNow('shard-2')).toBe('shard-2');
    await cluster.node('shard-1').restart();
    await expect.poll(() => role('shard-1'), FAILOVER).toBe('slave');
    expect(await cluster.primaryNow('shard-1')).toBe('shard-1-replica-1');
  }, 40_000);

  it('promotes the replica of a paused primary', async () => {
    cluster = await startCluster(kind);
    cluster.node('shard-3').pause();
    await expect.poll(() => cluster.primaryNow('shard-3'), FAILOVER).toBe('shard-3-replica-1');
  }, 30_000);

  it.each<[string, ClusterOptions]>([
    ['TLS with client certificates', { tls: { clientCertificates: true } }],
    ['a password', { password: 'p@ss "word"' }],
    ['TLS and users of an ACL file', { tls: true, acl: true }],
  ])(
    'fails over and moves keys with %s',
    async (_, options) => {
      cluster = await startCluster(kind, options);
      expect(cluster.url.startsWith(options.tls ? `${kind}s+cluster://` : `${kind}+cluster://`)).toBe(true);
      // {06S} hashes to slot 0.
      await cluster.node('shard-1').command('SET', '{06S}key', 'value');
      await cluster.moveSlots('shard-1', 'shard-2', 50);
      expect(await cluster.node('shard-2').command('GET', '{06S}key')).toBe('value');
      await cluster.node('shard-2').kill();
      await expect.poll(() => cluster.primaryNow('shard-2'), FAILOVER).toBe('shard-2-replica-1');
    },
    40_000,
  );

  it('adds and removes a shard while a client writes, and loses no acknowledged write', async () => {
    cluster = await startCluster(kind, { replicasPerShard: 0 });
    const client = await connect();
    const writing = new AbortController();
    const acknowledged: string[] = [];
    const writer = (async () => {
      for (let number = 0; !writing.signal.aborted; number += 1) {
        // The client rejects commands that are queued for a removed node.
        const answer = await client.set(`key-${number}`, `${number}`).catch(() => undefined);
        if (answer === 'OK') acknowledged.push(`${number}`);
        await nextTurn();
      }
    })();
    expect(await cluster.addShard()).toBe('shard-4');
    expect(await cluster.slotsOf('shard-4')).toBe(0);
    await cluster.moveSlots('shard-1', 'shard-4', 500);
    expect(await Promise.all(['shard-1', 'shard-4'].map((shard) => cluster.slotsOf(shard)))).toEqual([
      4961, 500,
    ]);
    const { pid } = cluster.node('shard-4');
    await cluster.removeShard('shard-4');
    expect(await survivors([pid])).toEqual([]);
    expect(cluster.shards).toEqual(['shard-1', 'shard-2', 'shard-3']);
    writing.abort();
    await writer;
    client.destroy();
    expect(acknowledged.length).toBeGreaterThan(0);
    const reader = await connect();
    const found: (string | null)[] = [];
    for (const number of acknowledged) found.push(await reader.get(`key-${number}`));
    expect(found).toEqual(acknowledged);
    reader.destroy();
  }, 60_000);
});

describe('startCluster', () => {
  it('lists the shard names when a name is unknown, and refuses to remove the last shard', async () => {
    cluster = await startCluster(redisLike(), { shards: 1, replicasPerShard: 0 });
    await expect(cluster.slotsOf('shard-9')).rejects.toThrow(
      'There is no shard "shard-9". There are shard-1.',
    );
    await expect(cluster.removeShard('shard-1')).rejects.toThrow('shard-1 is the last shard');
    await expect(cluster.moveSlots('shard-1', 'shard-1', 20_000)).rejects.toThrow('has 16384 slots');
  });
});
