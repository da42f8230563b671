import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import type { Credentials } from './access.js';
import type { TlsFiles } from './tls-files.js';

/** What a server answers, in RESP 2: a nil is null, an array may nest. */
export type Reply = string | number | null | Reply[];

export interface RespAddress {
  readonly port: number;
  readonly credentials?: Credentials | undefined;
  readonly tls?: TlsFiles | undefined;
  /** For connecting and for each answer. */
  readonly answerWithinMilliseconds?: number;
}

/** An answer that starts with `-`; its message is the server's. */
export class RespError extends Error {}

const USUAL_PATIENCE = 2000;

/** Sends one command on a connection of its own. */
export async function askOnce(address: RespAddress, ...command: string[]): Promise<Reply> {
  const connection = await RespConnection.open(address);
  try {
    return await connection.call(...command);
  } finally {
    connection.close();
  }
}

/**
 * As much of a client as bringing servers up needs: one command after the other, each answered in time or
 * rejected. The application's clients are not for this folder.
 */
export class RespConnection {
  private received = Buffer.alloc(0);
  private wake: (() => void) | undefined;
  private failure: Error | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly patience: number,
  ) {
    socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.wake?.();
    });
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('The server closed the connection.')));
  }

  static async open(address: RespAddress): Promise<RespConnection> {
    const { credentials, answerWithinMilliseconds = USUAL_PATIENCE } = address;
    // What is written before it is connected waits in the socket; the first answer shows that it is.
    const connection = new RespConnection(openSocket(address), answerWithinMilliseconds);
    if (!credentials) return connection;
    const { username = 'default', password } = credentials;
    try {
      await connection.call('AUTH', username, password);
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  async call(...command: string[]): Promise<Reply> {
    const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
    this.socket.write(`*${command.length}\r\n${parts.join('')}`);
    const reply = await this.reply(command[0] ?? '');
    if (reply instanceof RespError) throw reply;
    return reply;
  }

  close(): void {
    this.socket.destroy();
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.wake?.();
  }

  private async reply(commandName: string): Promise<Reply | RespError> {
    const late = setTimeout(
      () => this.fail(new Error(`No answer to ${commandName} within ${this.patience} ms.`)),
      this.patience,
    );
    try {
      for (;;) {
        const parsed = parse(this.received, 0);
        if (parsed) {
          this.received = this.received.subarray(parsed.end);
          return parsed.reply;
        }
        if (this.failure) throw this.failure;
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
    } finally {
      clearTimeout(late);
    }
  }
}

function openSocket({ port, tls }: RespAddress): Socket {
  if (!tls) return connect({ host: '127.0.0.1', port, noDelay: true });
  return connectTls({
    host: '127.0.0.1',
    port,
    secureContext: secureContextOf(tls),
    // It starts servers with a wrong name in their certificate, too; the authority is its own.
    checkServerIdentity: () => undefined,
  });
}

/** Kept, because reading and parsing the files takes longer than the connection. */
const secureContexts = new WeakMap<TlsFiles, SecureContext>();

function secureContextOf(tls: TlsFiles): SecureContext {
  const made =
    secureContexts.get(tls) ??
    createSecureContext({
      ca: readFileSync(tls.ca),
      cert: readFileSync(tls.client.cert),
      key: readFileSync(tls.client.key),
    });
  secureContexts.set(tls, made);
  return made;
}

interface Parsed {
  readonly reply: Reply | RespError;
  readonly end: number;
}

/** The reply that starts at `start`, or undefined while it is incomplete. */
function parse(bytes: Buffer, start: number): Parsed | undefined {
  const lineEnd = bytes.indexOf('\r\n', start);
  if (lineEnd === -1) return undefined;
  const line = bytes.toString('utf8', start + 1, lineEnd);
  const next = lineEnd + 2;
  switch (bytes.toString('latin1', start, start + 1)) {
    case '+':
      return { reply: line, end: next };
    case '-':
      return { reply: new RespError(line), end: next };
    case ':':
      return { reply: Number(line), end: next };
    case '$':
      return parseBulk(bytes, next, Number(line));
    case '*':
      return parseArray(bytes, next, Number(line));
    default:
      throw new Error(`This is no Redis or Valkey server: it answered "${line}".`);
  }
}

function parseBulk(bytes: Buffer, start: number, length: number): Parsed | undefined {
  if (length === -1) return { reply: null, end: start };
  const end = start + length;
  return bytes.length < end + 2 ? undefined : { reply: bytes.toString('utf8', start, end), end: end + 2 };
}

function parseArray(bytes: Buffer, start: number, length: number): Parsed | undefined {
  if (length === -1) return { reply: null, end: start };
  const items: Reply[] = [];
  let end = start;
  while (items.length < length) {
    const item = parse(bytes, end);
    if (!item) return undefined;
    items.push(item.reply instanceof RespError ? item.reply.message : item.reply);
    end = item.end;
  }
  return { reply: items, end };
}
