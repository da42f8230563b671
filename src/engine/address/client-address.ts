import type { RedisClientOptions } from 'redis';
import { ModuleSetupError } from '../../common/index.js';
import { sentOnce } from '../credentials/credentials.js';
import type { EngineAddress, EngineNode } from './engine-address.js';

type ServerOptions = Pick<
  RedisClientOptions,
  'socket' | 'username' | 'password' | 'credentialsProvider' | 'database'
>;

/** A client for one server, as `createClient()` of node-redis makes it. */
interface ServerClient {
  readonly options: ServerOptions | undefined;
}

/** A client for a cluster, as `createCluster()` of node-redis makes it, after `connect()`. */
interface ClusterClient {
  readonly masters: readonly (EngineNode & { client?: ServerClient })[];
}

const addresses = new WeakMap<object, EngineAddress>();

/**
 * The address and login of a node-redis client that the service has: `roles: { cache: engineAddressOf(client) }`. A client of one server
 * may be connected or not, a client of a cluster must be.
 *
 * The engine never uses or closes this client. It opens connections of its own with the same options, because deadlines, promotions and
 * proofs of subscriptions need a connection that no other code uses and that does not reconnect by itself (decision 0028). That costs
 * two connections more for each server of a process. `keyPrefix`, `nodeAddressMap`, timeouts and reconnect strategies of the client do
 * not apply to them, nor does a later `select()`.
 *
 * @throws {ModuleSetupError} for a client with Sentinel, which does not show its options, and for a socket file.
 */
export function engineAddressOf(client: ServerClient | ClusterClient): EngineAddress {
  const known = addresses.get(client) ?? addressOf(client);
  addresses.set(client, known);
  return known;
}

function addressOf(client: ServerClient | ClusterClient): EngineAddress {
  if ('masters' in client) {
    const nodes = client.masters.map(({ host, port }) => ({ host, port }));
    const connected = client.masters.find((node) => node.client)?.client;
    if (connected?.options) return { ...serverAddress(connected.options), topology: 'cluster', nodes };
    throw new ModuleSetupError(
      'engineAddressOf() needs a connected cluster client. Await its connect() before.',
    );
  }
  // A client with Sentinel has none.
  const options: unknown = client.options;
  if (typeof options === 'object' && options !== null) return serverAddress(options);
  throw new ModuleSetupError(
    "engineAddressOf() cannot read this client. For Sentinel use parseEngineUrl('redis+sentinel://host:26379/0?name=primary').",
  );
}

function serverAddress({ socket = {}, username, password, ...options }: ServerOptions): EngineAddress {
  if ('path' in socket && socket.path !== undefined)
    throw new ModuleSetupError(
      'engineAddressOf() needs a client with host and port, not with a socket file.',
    );
  const { host = 'localhost', port = 6379, ...others } = socket as Partial<EngineNode>;
  const login = { ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
  return {
    kind: 'redis',
    topology: 'standalone',
    nodes: [{ host, port }],
    database: options.database ?? 0,
    ...(socket.tls && { tls: {} }),
    client: {
      socket: { ...others, socketTimeout: undefined },
      provider: options.credentialsProvider ?? sentOnce(login),
    },
  };
}
