import { createClient, type RedisClientType } from 'redis';
import { readTlsFiles } from './engine-tls.js';
import type { EngineAddress, EngineNode } from './engine-url.js';

export const CONNECT_TIMEOUT_MS = 1_000;
const QUEUE_LIMIT = 10_000;

/** Somewhere commands can be sent to. Once lost it is never used again: the engine opens another. */
export interface RedisConnection {
  readonly client: RedisClientType;
  /** Rejects, soon, if commands would not be answered where they must be. */
  probe(): Promise<void>;
  /** Lets go of every socket; what was not answered is rejected. */
  destroy(): void;
}

/** Opens a connection, or rejects; `onLost` is called at most once, when it breaks afterwards. */
export type OpenConnection = (onLost: (error: unknown) => void) => Promise<RedisConnection>;

/** A server that answers but cannot take writes; a replica, for example after a failover behind its address. */
export class NotPrimaryError extends Error {
  constructor(readonly role: string) {
    super(`NOTPRIMARY it is a ${role}`);
    this.name = 'NotPrimaryError';
  }
}

/** What every client of an address shares. Offline queues are off: a command is sent now or refused now. */
export function clientOptions(address: EngineAddress, deadlineMs: number) {
  return {
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      ...(address.tls && { tls: true as const, ...readTlsFiles(address.tls) }),
    },
    ...(address.username && { username: address.username }),
    ...(address.password && { password: address.password }),
    disableOfflineQueue: true,
    commandsQueueMaxLength: QUEUE_LIMIT,
    commandOptions: { timeout: deadlineMs },
  };
}

export interface ConnectOptions {
  onLost?: (error: unknown) => void;
  timeoutMs?: number;
}

/** Connects to one server. Without reconnects of its own: where to connect next is for the engine to find out. */
export async function connectTo(
  { host, port }: EngineNode,
  options: ReturnType<typeof clientOptions> & { database?: number },
  { onLost = () => undefined, timeoutMs = CONNECT_TIMEOUT_MS }: ConnectOptions = {},
): Promise<RedisClientType> {
  const client: RedisClientType = createClient({
    ...options,
    socket: { ...options.socket, host, port, reconnectStrategy: false },
  });
  client.on('error', onLost);
  const timer = setTimeout(() => client.destroy(), timeoutMs);
  try {
    await client.connect();
    return client;
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
