import { startEngine } from '../../engines/engine-server.js';
import { startMemcachedCluster } from '../../stacks/memcached-cluster.js';
import { noReplica, type RunningShape, type ShapeOptions } from './running-profile.js';

/** `-X` turns off `watch` and the dumps of keys. */
const TEXT_PROTOCOL_ONLY = ['--protocol=ascii', '-X'];

/** One endpoint that accepts the text protocol over TLS. */
export async function startMemcachedEndpoint({ profile }: ShapeOptions): Promise<RunningShape> {
  const server = await startEngine('memcached', { tls: profile.tls, settings: TEXT_PROTOCOL_ONLY });
  return {
    url: server.url.replace('127.0.0.1', 'localhost'),
    tls: server.tls,
    nodes: new Map([['node-1', server]]),
    primaryNow: () => Promise.resolve('node-1'),
    failover: () => noReplica(profile),
    replaceNode: () => server.restart(),
    stop: () => server.stop(),
  };
}

/** Nodes behind a configuration endpoint that answers `config get cluster`. */
export async function startDiscovery({ profile }: ShapeOptions): Promise<RunningShape> {
  const memcached = await startMemcachedCluster({ tls: profile.tls });
  const names = () => new Map(memcached.nodes.map((node, index) => [`node-${index + 1}`, node]));
  return {
    url: memcached.url.replace('127.0.0.1', 'localhost'),
    tls: memcached.tls,
    get nodes() {
      return names();
    },
    memcached,
    primaryNow: () => Promise.resolve('node-1'),
    failover: () => noReplica(profile),
    replaceNode: async (name) => {
      const node = names().get(name);
      if (!node) throw new Error(`There is no node "${name}".`);
      memcached.removeNode(node);
      await node.stop();
      await memcached.addNode();
    },
    stop: () => memcached.stop(),
  };
}
