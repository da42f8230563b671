import { createClient, createCluster, createSentinel, type RedisClientType } from 'redis';
import { type EngineAddress, readTlsFiles } from '../engine/index.js';

/**
 * A node-redis client as its documentation shows it, for each topology. Typed as the client of one server: the commands of this folder
 * have one key, so they are the same on all three. Not connected yet.
 */
export function createStockClient(address: EngineAddress): RedisClientType {
  const { username, password, database, tls, nodes, topology, primaryName = '', sentinel } = address;
  const socket = tls ? { tls: true as const, ...readTlsFiles(tls) } : {};
  const login = { ...(username && { username }), ...(password && { password }) };
  const client = (): unknown => {
    switch (topology) {
      case 'cluster':
        return createCluster({
          rootNodes: nodes.map(({ host, port }) => ({ socket: { host, port } })),
          defaults: { ...login, socket },
        });
      case 'sentinel':
        return createSentinel({
          name: primaryName,
          sentinelRootNodes: nodes,
          nodeClientOptions: { ...login, database, socket },
          sentinelClientOptions: { ...(sentinel ?? login), socket },
        });
      default:
        return createClient({ ...login, database, socket: { ...socket, ...nodes[0] } });
    }
  };
  // Without a listener node-redis would end the process. The engine module reports the outages of the same servers.
  return (client() as RedisClientType).on('error', () => undefined);
}

/** Why these three packages cannot work with an engine: one sentence, or undefined. */
export function problemOf({ kind, passwordFile, iam }: EngineAddress): string | undefined {
  if (kind === 'memcached') {
    return 'This part of the textbook side needs Redis or Valkey, but its engine is Memcached. Set CACHE_ENGINE_URL to one of them, or start with --engine valkey.';
  }
  if (!passwordFile && !iam) return undefined;
  return 'The textbook side signs in with the user and password in the engine URL only. Set ENGINE_URL without password-file and auth=iam to compare.';
}
