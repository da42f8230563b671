import { createClient, createCluster, createSentinel } from 'redis';
import {
  type ClientKind,
  type ComparedClient,
  CONNECT_TIMEOUT_MS,
  RETRY_MS,
  type Servers,
  TIMEOUT_MS,
} from './compared-client.js';

/**
 * One second of the traffic. Counts written commands too, so it also limits how many wait for a paused server. A full queue writes
 * nothing, not even a PING, so the socket's timeout fires. Without a limit it never does, because own writes restart it.
 */
const QUEUE_LENGTH = 200;
const PING_INTERVAL_MS = 100;
const SCAN_INTERVAL_MS = 500;
const TOPOLOGY_REFRESH_MS = 250;

/** Source: docs/client-configuration.md of node-redis, and the code where that says nothing. */
const SOCKET = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  socketTimeout: TIMEOUT_MS,
  // The default closes the client for good after a socket timeout.
  reconnectStrategy: () => RETRY_MS,
};

/** Limits commands that are not written yet; after that it is removed (node-redis #3008). */
const COMMAND_OPTIONS = { timeout: TIMEOUT_MS };

/** Plain node-redis, the version of the application. */
export const nodeRedis: ClientKind = {
  name: 'node-redis',
  open(servers) {
    if (servers.topology === 'standalone') return openStandalone(servers);
    return servers.topology === 'sentinel' ? openSentinel(servers) : openCluster(servers);
  },
};

function nodeOptions(password: string) {
  return {
    password,
    socket: SOCKET,
    // Otherwise commands are sent after a reconnection, long after their deadline.
    disableOfflineQueue: true,
    commandsQueueMaxLength: QUEUE_LENGTH,
    // Shorter than the socket's timeout, which would otherwise close idle connections.
    pingInterval: PING_INTERVAL_MS,
  };
}

async function openStandalone({ addresses: [address], password }: Servers): Promise<ComparedClient> {
  const options = nodeOptions(password);
  const client = createClient({
    ...options,
    socket: { ...SOCKET, ...address },
    commandOptions: COMMAND_OPTIONS,
  });
  return opened(client);
}

async function openSentinel({ addresses, password, primaryName }: Servers): Promise<ComparedClient> {
  const client = createSentinel({
    name: primaryName,
    sentinelRootNodes: [...addresses],
    nodeClientOptions: nodeOptions(password),
    // Without a limit one paused sentinel blocks `connect()` and every later discovery (node-redis #3385).
    sentinelClientOptions: { password, socket: SOCKET, pingInterval: PING_INTERVAL_MS },
    commandOptions: COMMAND_OPTIONS,
    // Each rediscovery sends a command again whose reply was lost, and keeps it waiting outside every queue limit.
    maxCommandRediscovers: 0,
    scanInterval: SCAN_INTERVAL_MS,
    passthroughClientErrorEvents: true,
  });
  return opened(client);
}

async function openCluster({ addresses, password }: Servers): Promise<ComparedClient> {
  const client = createCluster({
    rootNodes: addresses.map((address) => ({ socket: { ...address } })),
    // In `rootNodes` alone they do not apply to discovered nodes.
    defaults: nodeOptions(password),
    commandOptions: COMMAND_OPTIONS,
    topologyRefreshOnReconnectionAttemptStrategy: TOPOLOGY_REFRESH_MS,
  });
  return opened(client);
}

interface Commands {
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  get(key: string): Promise<unknown>;
  incrBy(key: string, amount: number): Promise<unknown>;
  destroy(): unknown;
}

async function opened(client: Commands): Promise<ComparedClient> {
  client.on('error', () => undefined);
  await client.connect();
  return {
    get: (key) => client.get(key),
    increment: (key, amount) => client.incrBy(key, amount),
    close: () => void client.destroy(),
  };
}
