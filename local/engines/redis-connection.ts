import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import { createClient, ErrorReply } from 'redis';
import type { Credentials } from '../security/access.js';
import type { TlsFiles } from '../security/tls-files.js';

/** A RESP 2 reply. nil is null, and arrays may be nested. */
export type Reply = string | number | null | Reply[];

export interface RedisAddress {
  readonly port: number;
  readonly credentials?: Credentials | undefined;
  readonly tls?: TlsFiles | undefined;
  /** For connecting and for each command. Default: 2000. */
  readonly timeoutMilliseconds?: number;
}

type Client = typeof template;

const DEFAULT_TIMEOUT = 2000;

/** Sends one command on a new connection. */
export async function sendOnce(address: RedisAddress, ...command: string[]): Promise<Reply> {
  const connection = await RedisConnection.open(address);
  try {
    return await connection.call(...command);
  } finally {
    connection.close();
  }
}

/**
 * One connection that never reconnects. A call resolves with the reply, or rejects with the server's error. Any other failure (no
 * answer in time, a lost connection) names the command and the port. A timeout closes the connection, because a late reply could be
 * mistaken for that of the next call.
 */
export class RedisConnection {
  private constructor(
    private readonly client: Client,
    private readonly port: number,
    private readonly timeout: number,
  ) {}

  static async open(address: RedisAddress): Promise<RedisConnection> {
    const { timeoutMilliseconds = DEFAULT_TIMEOUT } = address;
    const client = createClientFor(address, timeoutMilliseconds);
    // The pending call rejects with the same error.
    client.on('error', () => undefined);
    const connection = new RedisConnection(client, address.port, timeoutMilliseconds);
    try {
      await connection.withTimeout('connecting', client.connect());
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  call(...command: string[]): Promise<Reply> {
    return this.withTimeout(command[0] ?? '', this.client.sendCommand<Reply>(command));
  }

  close(): void {
    this.client.destroy();
  }

  private async withTimeout<T>(what: string, answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${this.timeout} ms`));
        this.close();
      }, this.timeout);
    });
    try {
      return await Promise.race([answer, timedOut]);
    } catch (error) {
      if (error instanceof ErrorReply) throw error;
      const reason = (error as Error).message;
      throw new Error(`${what} to port ${this.port} failed: ${reason}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Never connected. Each `createClient` builds a class with all commands. Duplicates share it. */
const template = createClient({ RESP: 2 });

function createClientFor({ port, credentials, tls }: RedisAddress, timeout: number): Client {
  const socket = { host: '127.0.0.1', port, connectTimeout: timeout, reconnectStrategy: false } as const;
  return template.duplicate({
    ...credentials,
    // Both would send extra commands, and some tests count commands.
    disableClientInfo: true,
    maintNotifications: 'disabled',
    disableOfflineQueue: true,
    socket: tls ? { ...socket, ...tlsOptions(tls) } : socket,
  });
}

function tlsOptions(tls: TlsFiles) {
  return {
    tls: true as const,
    secureContext: secureContextOf(tls),
    // Tests start servers with a wrong name or an expired certificate.
    checkServerIdentity: () => undefined,
  };
}

/** Cached, because reading and parsing the files takes longer than connecting. */
const secureContexts = new WeakMap<TlsFiles, SecureContext>();

function secureContextOf(tls: TlsFiles): SecureContext {
  const context =
    secureContexts.get(tls) ??
    createSecureContext({
      ca: readFileSync(tls.ca),
      cert: readFileSync(tls.client.cert),
      key: readFileSync(tls.client.key),
    });
  secureContexts.set(tls, context);
  return context;
}
