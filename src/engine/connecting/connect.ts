import { RedisClient, type RedisClientOptions, type RedisClientType } from 'redis';
import { readTlsFiles } from '../address/engine-tls.js';
import type { EngineAddress, EngineNode } from '../address/engine-url.js';

/** Once: `createClient` builds all its commands anew for every address, for which the event loop stands 30 ms. */
const createOne = RedisClient.factory({}) as unknown as (options: RedisClientOptions) => RedisClientType;

export const CONNECT_TIMEOUT_MS = 1_000;
/** Where another can be promoted meanwhile: a paused server accepts connections and answers none. */
export const FAILOVER_TIMEOUT_MS = 400;
const QUEUE_LIMIT = 10_000;

/** What every connection of an address shares. */
export type ConnectionOptions = ReturnType<typeof connectionOptions>;

export function connectionOptions({ tls, username, password, database }: EngineAddress) {
  return {
    socket: { ...(tls && { tls: true as const, ...readTlsFiles(tls) }) },
    ...(username && { username }),
    ...(password && { password }),
    database,
    // Offline queues are off: a command is sent now or refused now.
    disableOfflineQueue: true,
    commandsQueueMaxLength: QUEUE_LIMIT,
    // Deadlines are ours (Call); node-redis' own timer would cost each command as much as the command.
    commandOptions: { timeout: undefined },
    // Notifications of a vendor's maintenance, which the servers here do not know.
    maintNotifications: 'disabled' as const,
  };
}

export interface ConnectOptions {
  timeoutMs?: number;
  /** Whether what client tracking pushes comes as `invalidate` events. */
  emitInvalidate?: boolean;
}

/** Connects to one server. Without reconnects of its own: where to connect next is for the engine to find out. */
export async function connectTo(
  { host, port }: EngineNode,
  options: ConnectionOptions,
  { timeoutMs = CONNECT_TIMEOUT_MS, emitInvalidate = false }: ConnectOptions = {},
): Promise<RedisClientType> {
  const client = createOne({
    ...options,
    emitInvalidate,
    socket: { ...options.socket, host, port, connectTimeout: timeoutMs, reconnectStrategy: false },
  });
  // Rejections say the same; without a listener the event would end the process.
  client.on('error', () => undefined);
  const timer = setTimeout(() => client.destroy(), timeoutMs);
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.destroy();
    // All that a TLS server has to say to who speaks plainly.
    const isCutOff =
      !options.socket.tls && error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
    throw isCutOff ? new Error('UNGREETED the connection was reset', { cause: error }) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Rejects when an answer takes longer than this. */
export function withinTime<T>(timeMs: number, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`SILENT no answer within ${timeMs} ms`)), timeMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
