import { afterEach, describe, expect, it } from 'vitest';
import { type RunningProfile, startProfile } from '../../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../../src/engine/index.js';
import { installed, redisLike } from '../../../support/app.js';
import { commandsOf } from '../../../support/commands-of.js';
import { until } from '../../../support/until.js';

/** What the address of a service hides from its clients. */
describe('startProfile with replicas', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  const start = async (name: string): Promise<RunningProfile> => {
    const profile = await startProfile(name, { kind: redisLike(), replicas: 1 });
    closing.push(() => profile.stop());
    return profile;
  };
  const connect = async ({ url }: RunningProfile) => {
    const engine = new RedisEngine(parseEngineUrl(url), 4_000);
    engine.start();
    closing.push(() => engine.close());
    await until(() => engine.isReady);
    return engine;
  };

  it.each(['elasticache', 'elasticache-cluster', 'elasticache-serverless'])(
    '%s keeps its address and its data in a failover, a replaced node and a killed one',
    async (name) => {
      const profile = await start(name);
      const client = commandsOf(await connect(profile));
      const { url } = profile;
      const before = await profile.primaryNow();
      await client.set('caching:a', '1');

      await profile.failover();
      const promoted = await profile.primaryNow();
      expect(promoted).not.toBe(before);
      await until(async () => (await client.set('caching:a', '2').catch(() => '')) === 'OK');

      await profile.replaceNode(promoted);
      await until(async () => (await client.get('caching:a').catch(() => '')) === '2');

      await profile.nodes.get(await profile.primaryNow())?.kill();
      await until(async () => (await client.set('caching:a', '3').catch(() => '')) === 'OK');
      expect(profile.url).toBe(url);
    },
  );

  it('a cluster grows and shrinks behind its configuration endpoint', async () => {
    const { cluster, ...profile } = await start('elasticache-cluster');
    const client = commandsOf(await connect({ ...profile }));
    await client.set('caching:a', '1');
    const shard = (await cluster?.addShard()) ?? '';
    await cluster?.moveSlots('shard-1', shard, 1_000);
    await cluster?.removeShard(shard);
    expect(await client.get('caching:a')).toBe('1');
  });

  it.skipIf(!installed('memcached')[0])('a node of Memcached is replaced', async () => {
    const profile = await startProfile('elasticache-memcached');
    closing.push(() => profile.stop());
    const before = profile.nodes.get('node-1')?.port;
    await profile.replaceNode('node-1');
    expect(profile.nodes.size).toBe(2);
    expect([...profile.nodes.values()].map(({ port }) => port)).not.toContain(before);
  });

  it('rejects a failover without replicas, in one sentence', async () => {
    const profile = await startProfile('elasticache', { kind: redisLike() });
    closing.push(() => profile.stop());
    await expect(profile.failover()).rejects.toThrow(
      'elasticache was started without replicas: start it with { replicas: 1 }.',
    );
  });
});
