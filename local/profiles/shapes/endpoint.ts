import { startEngine } from '../../engines/engine-server.js';
import type { LocalEngine } from '../../engines/redis-node.js';
import { areReplicating, retried, waitUntil } from '../../stacks/readiness.js';
import { startSentinel } from '../../stacks/sentinel.js';
import { PRIMARY_NAME } from '../../stacks/sentinel-settings.js';
import type { ServiceProxy } from '../limits/service-proxy.js';
import { noReplica, type RunningShape, type ShapeOptions } from './running-profile.js';

const FOLLOW_EVERY_MILLISECONDS = 100;
const PROMOTED_WITHIN_SECONDS = 20;

/** One name in front of a primary. With replicas, sentinels that clients do not see promote one, and the name follows. */
export async function startEndpoint(kind: 'redis' | 'valkey', options: ShapeOptions): Promise<RunningShape> {
  return options.replicas === 0 ? startAlone(kind, options) : startWithReplicas(kind, options);
}

async function startAlone(kind: 'redis' | 'valkey', options: ShapeOptions): Promise<RunningShape> {
  const { profile, access, startProxy } = options;
  const engine = await startEngine(kind, { tls: profile.tls, ...access });
  const proxy = await startProxy(engine.port, engine.tls);
  return {
    url: urlOf(engine, proxy),
    tls: engine.tls,
    nodes: new Map([['primary', engine]]),
    primaryNow: () => Promise.resolve('primary'),
    failover: () => noReplica(profile),
    replaceNode: () => noReplica(profile),
    stop: async () => {
      await proxy.stop();
      await engine.stop();
    },
  };
}

async function startWithReplicas(kind: 'redis' | 'valkey', options: ShapeOptions): Promise<RunningShape> {
  const { profile, access, replicas, startProxy } = options;
  const stack = await startSentinel(kind, { tls: profile.tls, ...access, replicas });
  const primary = stack.node('primary');
  const proxy = await startProxy(primary.port, stack.tls);
  const primaryNow = () => retried('the sentinels report a primary', () => stack.primaryNow());
  const follow = async () => proxy.retarget(stack.node(await stack.primaryNow()).port);
  const following = setInterval(() => void follow().catch(() => undefined), FOLLOW_EVERY_MILLISECONDS);
  const failover = async () => {
    const before = await primaryNow();
    // A sentinel refuses (NOGOODSLAVE) while it has not heard from the replica for some seconds.
    await retried('a sentinel has a replica to promote', () =>
      stack.node('sentinel-1').command('SENTINEL', 'FAILOVER', PRIMARY_NAME),
    );
    await waitUntil('a replica is the primary', PROMOTED_WITHIN_SECONDS, async () => {
      return (await stack.primaryNow()) !== before;
    });
    // Sentinels would do that up to ten seconds later. Another failover before it loses writes.
    const primary = stack.node(await primaryNow());
    proxy.retarget(primary.port);
    await stack.node(before).command('REPLICAOF', '127.0.0.1', `${primary.port}`);
    await waitUntil('the former primary is a replica', PROMOTED_WITHIN_SECONDS, () =>
      areReplicating([stack.node(before)]),
    );
  };
  const isData = ([name]: readonly [string, LocalEngine]) => !name.startsWith('sentinel');
  return {
    url: urlOf(primary, proxy),
    tls: stack.tls,
    nodes: new Map([...stack.nodes].filter(isData)),
    primaryNow,
    failover,
    replaceNode: async (name) => {
      if (name === (await primaryNow())) await failover();
      await stack.node(name).kill();
      await stack.node(name).restart();
      await waitUntil(`${name} is a replica`, PROMOTED_WITHIN_SECONDS, () =>
        areReplicating([stack.node(name)]),
      );
    },
    stop: async () => {
      clearInterval(following);
      await proxy.stop();
      await stack.stop();
    },
  };
}

function urlOf({ url, port }: LocalEngine, proxy: ServiceProxy): string {
  return url.replace(`127.0.0.1:${port}`, `localhost:${proxy.port}`);
}
