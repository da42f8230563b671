import { createClient, type RedisClientType } from 'redis';
import { withTimeLimit } from '../../common/index.js';
import { readTlsFiles } from '../address/engine-tls.js';
import type { EngineAddress, EngineNode } from '../address/engine-address.js';
import { refusalOf } from '../capabilities/refusal.js';
import { isRefusedPassword } from '../credentials/credentials.js';
import { serverCredentials } from '../credentials/engine-credentials.js';

/** Never connected, only duplicated: `createClient` builds all commands on each call and blocks the event loop for 30 ms. */
const TEMPLATE = createClient();
/** Its commands convert the replies of RESP 2 to the same values. */
let resp2Template: RedisClientType | undefined;

export const CONNECT_TIMEOUT_MS = 1_000;
/** Used where a replica can be promoted meanwhile: a paused server accepts connections and never answers. */
export const FAILOVER_TIMEOUT_MS = 400;
const MAX_QUEUED_COMMANDS = 10_000;

/** The options that all connections of an address share. */
export type ConnectionOptions = ReturnType<typeof connectionOptions>;

export function connectionOptions(address: EngineAddress) {
  const { tls, database, client } = address;
  return {
    credentials: serverCredentials(address),
    socket: client?.socket ?? { ...(tls && { tls: true as const, ...readTlsFiles(tls) }) },
    database,
    // A command is sent now or refused now.
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_QUEUED_COMMANDS,
    // EngineCalls enforces the deadlines. node-redis' own timer would cost as much as the command.
    commandOptions: { timeout: undefined },
    // CLIENT SETINFO would only name the library, and servers may refuse it.
    disableClientInfo: true,
    // These are notifications of one vendor's cloud service.
    maintNotifications: 'disabled' as const,
  };
}

/**
 * Connects to one server, without automatic reconnects: the topology decides where to connect next. Speaks RESP 2 with a server that
 * refuses `HELLO 3`; see {@link speaksResp3}.
 */
export async function connectTo(
  node: EngineNode,
  options: ConnectionOptions,
  timeoutMs = CONNECT_TIMEOUT_MS,
): Promise<RedisClientType> {
  try {
    return await connectWith(3, node, options, timeoutMs);
  } catch (error) {
    if (!isRefusedHello(error)) throw error;
    return connectWith(2, node, options, timeoutMs);
  }
}

/** False after the server refused `HELLO 3`. A connection that has subscriptions then accepts no other commands. */
export function speaksResp3(client: RedisClientType): boolean {
  const protocol: number | undefined = client.options.RESP;
  return protocol !== 2;
}

async function connectWith(
  protocol: 2 | 3,
  { host, port }: EngineNode,
  { credentials, ...options }: ConnectionOptions,
  timeoutMs: number,
): Promise<RedisClientType> {
  // Before the time limit starts: AWS can be slower than the server.
  const { provider, refused } = await credentials.open();
  const template = protocol === 3 ? TEMPLATE : (resp2Template ??= createClient({ RESP: 2 }) as never);
  const client = template.duplicate({
    ...options,
    RESP: protocol,
    credentialsProvider: provider,
    socket: { ...options.socket, host, port, connectTimeout: timeoutMs, reconnectStrategy: false },
  }) as RedisClientType;
  // Without a listener an 'error' event would end the process. The rejection contains the same error.
  client.on('error', () => undefined);
  const timer = setTimeout(() => client.destroy(), timeoutMs);
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.destroy();
    if (refused && isRefusedPassword(error)) throw refused();
    throw options.socket.tls ? error : explainReset(error);
  } finally {
    clearTimeout(timer);
  }
}

function isRefusedHello(error: unknown): boolean {
  return refusalOf(error) !== null && /HELLO|NOPROTO/i.test((error as Error).message);
}

/** A TLS server answers a plain connection with a reset, and nothing else. */
function explainReset(error: unknown): unknown {
  const isReset = error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
  return isReset ? new Error('UNGREETED the connection was reset', { cause: error }) : error;
}

/** Rejects with SILENT if the server does not answer in time. */
export function answerWithin<T>(timeoutMs: number, answer: Promise<T>): Promise<T> {
  return withTimeLimit(timeoutMs, answer, () => new Error(`SILENT no answer within ${timeoutMs} ms`));
}
