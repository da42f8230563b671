import { afterEach, describe, expect, it } from 'vitest';
import { type EngineStack, startCluster, startSentinel } from '../../../../local/index.js';
import { redisLike, redisLikes } from '../../../support/app.js';
import { preventFailovers } from './prevent-failovers.js';

/** See sentinel.e2e-spec.ts. */
const FAILOVER = { timeout: 60_000, interval: 50 };

let stack: EngineStack;

afterEach(() => stack.stop());

// Plain on one kind, TLS on the other.
const VARIANTS = [{}, { tls: true }].map(
  (options, index) => [redisLikes()[index] ?? redisLike(), options] as const,
);

describe.each(VARIANTS)('a stack of %s with { proxied: true } and %j', (kind, options) => {
  it('fails over under Sentinel when the primary is unreachable but alive', async () => {
    stack = await startSentinel(kind, { ...options, proxied: true });
    expect(stack.url).toContain(`127.0.0.1:${stack.proxy('sentinel-1').port},`);
    expect(await stack.primaryNow()).toBe('primary');
    stack.proxy('primary').drop();
    await expect.poll(() => stack.primaryNow(), FAILOVER).toBe('replica-1');
    expect(await stack.node('primary').command('ROLE')).toContain('master');
    await preventFailovers(stack);
    await stack.proxy('primary').heal();
    const role = () =>
      stack
        .node('primary')
        .command('ROLE')
        .catch(() => []);
    await expect.poll(role, FAILOVER).toContain('slave');
  }, 180_000);

  it('announces the proxies instead of the nodes to clients of a cluster', async () => {
    stack = await startCluster(kind, { ...options, proxied: true });
    const slots = async () => JSON.stringify(await stack.node('shard-2').command('CLUSTER', 'SLOTS'));
    for (const [name, { port }] of stack.nodes) {
      // CLUSTER SLOTS lists a replica after its first replicated data.
      await expect.poll(slots, FAILOVER).toContain(`,${stack.proxy(name).port},`);
      expect(await slots()).not.toContain(`,${port},`);
    }
  });

  it('starts a cluster in which no node has to correct the address of another one', async () => {
    const log: string[] = [];
    stack = await startCluster(kind, { ...options, proxied: true, onLine: (line) => void log.push(line) });
    expect(log.filter((line) => line.includes('Ready to accept connections'))).toHaveLength(stack.nodes.size);
    expect(log.filter((line) => line.includes('Address updated'))).toEqual([]);
  });
});
