import type { EventEmitter } from 'node:events';
import { until } from '../engine/open-engine.js';
import {
  type ClientKind,
  type ComparedClient,
  CONNECT_TIMEOUT_MS,
  RETRY_MS,
  type Servers,
  TIMEOUT_MS,
} from './compared-client.js';
import { loadOptional } from './optional-package.js';

/** The part of iovalkey that is used. */
interface IoValkey {
  readonly Redis: new (options: object) => IoValkeyClient;
  readonly Cluster: new (nodes: readonly object[], options: object) => IoValkeyClient;
}

interface IoValkeyClient extends EventEmitter {
  get(key: string): Promise<unknown>;
  incrby(key: string, amount: number): Promise<unknown>;
  disconnect(): void;
}

const SLOTS_REFRESH_MS = 1_000;

/** Source: the comments in iovalkey's `RedisOptions`, `SentinelConnectionOptions` and `ClusterOptions`. */
const CONNECTION = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  commandTimeout: TIMEOUT_MS,
  // Starts with a command and ends with any reply, so it also fires under load.
  socketTimeout: TIMEOUT_MS,
  // Both send commands after a reconnection, long after their deadline, and the second sends written ones again.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  // The server has become a replica: look for the primary. The command itself is not sent again.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  retryStrategy: () => RETRY_MS,
};

/** iovalkey, the fork of ioredis. Undefined if it is not installed. */
export function loadIoValkey(): ClientKind | undefined {
  const iovalkey = loadOptional('iovalkey') as IoValkey | undefined;
  return iovalkey && { name: 'iovalkey', open: (servers) => opened(create(iovalkey, servers)) };
}

function create({ Redis, Cluster }: IoValkey, servers: Servers): IoValkeyClient {
  const { topology, addresses, password, primaryName } = servers;
  if (topology === 'cluster') {
    return new Cluster(addresses, {
      redisOptions: { ...CONNECTION, password },
      enableOfflineQueue: false,
      clusterRetryStrategy: () => RETRY_MS,
      slotsRefreshInterval: SLOTS_REFRESH_MS,
      slotsRefreshTimeout: TIMEOUT_MS,
      // 0: do not send a command again whose connection was closed. It may have been executed.
      retryDelayOnFailover: 0,
    });
  }
  if (topology === 'standalone') return new Redis({ ...CONNECTION, ...addresses[0], password });
  return new Redis({
    ...CONNECTION,
    password,
    sentinels: addresses,
    name: primaryName,
    sentinelPassword: password,
    // Subscribes to `+switch-master`, because a paused primary raises no event.
    failoverDetector: true,
    sentinelCommandTimeout: TIMEOUT_MS,
    sentinelRetryStrategy: () => RETRY_MS,
    sentinelReconnectStrategy: () => RETRY_MS,
  });
}

async function opened(client: IoValkeyClient): Promise<ComparedClient> {
  let isReady = false;
  client.once('ready', () => (isReady = true));
  // It goes on connecting after an error.
  client.on('error', () => undefined);
  await until('iovalkey is ready', () => isReady);
  return {
    get: (key) => client.get(key),
    increment: (key, amount) => client.incrby(key, amount),
    close: () => client.disconnect(),
  };
}
