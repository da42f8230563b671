import { type EngineCluster, startCluster } from '../../cluster/cluster.js';
import type { FrontedNode } from '../../stacks/engine-stack.js';
import { retried } from '../../stacks/readiness.js';
import type { ServiceProxy } from '../limits/service-proxy.js';
import { noReplica, type RunningShape, type ShapeOptions } from './running-profile.js';

const FOLLOW_EVERY_MILLISECONDS = 100;
const PROMOTE_AFTER_MILLISECONDS = 1_000;
/** Nodes announce a name. All names are `localhost` here, with a port for each. */
const ANNOUNCE_NAMES = [
  '--cluster-announce-hostname',
  'localhost',
  '--cluster-preferred-endpoint-type',
  'hostname',
];

/** Shards behind a configuration endpoint. A proxy in front of each node is what its name stands for. */
export async function startNodesCluster(
  kind: 'redis' | 'valkey',
  options: ShapeOptions,
): Promise<RunningShape> {
  const proxies = new Map<string, ServiceProxy>();
  const front = async ({ name, port, tls }: FrontedNode) => {
    const proxy = proxies.get(name) ?? (await options.startProxy(port, tls));
    proxy.retarget(port);
    proxies.set(name, proxy);
    return proxy;
  };
  const cluster = await start(kind, { ...options, front, shards: SHARDS });
  const [endpoint] = [...proxies.values()];
  return {
    ...commonOf(cluster),
    // The endpoint resolves to any node. Its clients read the names of the others from there.
    url: urlWith(cluster, endpoint),
    cluster,
    failover: (shard = 'shard-1') => cluster.failover(shard),
    replaceNode: (name) => cluster.replaceNode(name),
    stop: () => cluster.stop(),
  };
}

const SHARDS = 2;

/** One shard whose nodes all announce the same address: clients see one node that never changes. */
export async function startVirtualNode(
  kind: 'redis' | 'valkey',
  options: ShapeOptions,
): Promise<RunningShape> {
  let proxy: ServiceProxy | undefined;
  const front = async ({ port, tls }: FrontedNode) => (proxy ??= await options.startProxy(port, tls));
  const cluster = await start(kind, { ...options, front, shards: 1 });
  const follow = async () => proxy?.retarget(cluster.node(await cluster.primaryNow('shard-1')).port);
  const watch = watchPrimary(cluster);
  const following =
    options.replicas > 0 &&
    setInterval(() => void Promise.allSettled([follow(), watch()]), FOLLOW_EVERY_MILLISECONDS);
  const change = async (action: () => Promise<void>) => {
    await (options.replicas > 0 ? action() : noReplica(options.profile));
    await follow();
  };
  return {
    ...commonOf(cluster),
    url: urlWith(cluster, proxy),
    failover: () => change(() => cluster.failover('shard-1')),
    replaceNode: (name) => change(() => cluster.replaceNode(name)),
    stop: async () => {
      if (following) clearInterval(following);
      await cluster.stop();
    },
  };
}

/** A cluster needs a majority of its primaries for a promotion. With one shard there is none, so the service does it. */
function watchPrimary(cluster: EngineCluster): () => Promise<void> {
  let answeredAt = Date.now();
  return async () => {
    const primary = await cluster.primaryNow('shard-1');
    const answers = await cluster
      .node(primary)
      .command('PING')
      .then(Boolean, () => false);
    if (answers) answeredAt = Date.now();
    if (Date.now() - answeredAt < PROMOTE_AFTER_MILLISECONDS) return;
    answeredAt = Date.now();
    const replica = [...cluster.nodes].find(([name]) => name !== primary)?.[1];
    await replica?.command('CLUSTER', 'FAILOVER', 'TAKEOVER');
  };
}

interface ClusterShape extends ShapeOptions {
  readonly shards: number;
  readonly front: (node: FrontedNode) => Promise<ServiceProxy>;
}

function start(
  kind: 'redis' | 'valkey',
  { profile, access, replicas, shards, front }: ClusterShape,
): Promise<EngineCluster> {
  return startCluster(kind, {
    tls: profile.tls,
    ...access,
    settings: ANNOUNCE_NAMES,
    shards,
    replicasPerShard: replicas,
    front,
  });
}

function commonOf(cluster: EngineCluster) {
  return {
    tls: cluster.tls,
    get nodes() {
      return cluster.nodes;
    },
    primaryNow: (shard = 'shard-1') =>
      retried(`a node knows the primary of ${shard}`, () => cluster.primaryNow(shard)),
  };
}

function urlWith({ url }: EngineCluster, endpoint: ServiceProxy | undefined): string {
  return url.replace(/127\.0\.0\.1:[^?/]*/, `localhost:${endpoint?.port}`);
}
