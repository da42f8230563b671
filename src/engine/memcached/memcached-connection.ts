import { connect as connectPlain, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { withTimeLimit } from '../../common/index.js';
import type { EngineNode } from '../address/engine-address.js';
import { CONNECT_TIMEOUT_MS } from '../connecting/connect.js';
import { EngineError } from '../engine.errors.js';
import { MalformedReplyError, type MemcachedReply, ReplyParser } from './reply-parser.js';

const MAX_PENDING = 10_000;
/** The first byte of a TLS alert. A TLS server answers plain text with one, or with nothing. */
const TLS_ALERT = 0x15;

interface PendingCommand {
  hasValue: boolean;
  resolve: (reply: MemcachedReply) => void;
  reject: (error: unknown) => void;
}

/** One connection to a server. It is used until it is lost, and never reconnects. The server replies in the order of the commands. */
export class MemcachedConnection {
  /** Null if the server does not say. */
  version: string | null = null;
  private readonly pending: PendingCommand[] = [];
  private readonly parser = new ReplyParser((reply) => this.receiveReply(reply));
  private wasAnswered = false;
  private isCorked = false;
  private failure: unknown;

  private constructor(
    private readonly socket: Socket,
    private readonly onLost: (failure: unknown) => void,
  ) {
    socket.setNoDelay(true).setKeepAlive(true);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    // Without this the socket would stay half closed while data is waiting to be written.
    socket.on('end', () => this.destroy(new Error('It closed unexpectedly.')));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy(new Error('It closed unexpectedly.')));
  }

  /**
   * Connects, and reads the server's version. Certificate chain and name are verified.
   *
   * @param onLost is called once if the connection is lost after this resolved.
   */
  static async open(
    { host, port }: EngineNode,
    tls: ConnectionOptions | undefined,
    onLost: (failure: unknown) => void,
  ): Promise<MemcachedConnection> {
    let isOpen = false;
    const socket = tls ? connectTls({ ...tls, host, port }) : connectPlain({ host, port });
    const connection = new MemcachedConnection(socket, (failure) => {
      if (isOpen) onLost(failure);
    });
    const timedOut = () => new Error('The connection timed out.');
    try {
      await withTimeLimit(CONNECT_TIMEOUT_MS, connection.readVersion(), timedOut);
      isOpen = true;
      return connection;
    } catch (error) {
      connection.destroy(error);
      throw connection.failure;
    }
  }

  get isIdle(): boolean {
    return this.pending.length === 0;
  }

  /** Also the probe: the reply shows that the server is alive. */
  async readVersion(): Promise<void> {
    const reply = await this.send('version\r\n');
    this.version = reply.kind === 'line' ? reply.line.slice('VERSION '.length) : null;
  }

  /**
   * Sends one command. Commands of the same turn of the event loop are written together.
   *
   * @throws {EngineError} *refused* if nothing was written. Rejects with *unknown* if the connection is lost before the reply.
   */
  send(command: Buffer | string, hasValue = false): Promise<MemcachedReply> {
    if (this.failure || this.pending.length >= MAX_PENDING) {
      throw new EngineError('refused', 'The connection to Memcached accepts no more commands.');
    }
    if (!this.isCorked) {
      this.isCorked = true;
      this.socket.cork();
      process.nextTick(() => {
        this.isCorked = false;
        this.socket.uncork();
      });
    }
    this.socket.write(command);
    return new Promise((resolve, reject) => this.pending.push({ hasValue, resolve, reject }));
  }

  /** Closes the socket at once and rejects all pending commands. */
  destroy(failure: unknown): void {
    if (this.failure) return;
    this.failure = this.wasAnswered ? failure : explainUngreeted(failure);
    this.socket.destroy();
    const lost = new EngineError('unknown', 'The connection to Memcached was lost before it answered.', {
      cause: failure,
    });
    for (const { reject } of this.pending.splice(0)) reject(lost);
    this.onLost(this.failure);
  }

  private receive(chunk: Buffer): void {
    if (this.failure) return;
    try {
      if (!this.wasAnswered && chunk[0] === TLS_ALERT) throw new Error('UNGREETED');
      this.parser.push(chunk);
      this.wasAnswered = true;
    } catch (error) {
      this.destroy(error);
    }
  }

  private receiveReply(reply: MemcachedReply): void {
    if (this.failure) return;
    const command = this.pending.shift();
    if (!command) throw new MalformedReplyError();
    command.resolve(reply);
    // The server may read the value as the next commands: later replies would be taken for those of other calls.
    const wasRefused = reply.kind === 'error' && !reply.line.startsWith('SERVER_ERROR');
    if (command.hasValue && wasRefused) this.destroy(new Error('It refused a command.'));
  }
}

/** Another server, or a TLS server, on the port of the URL. */
function explainUngreeted(failure: unknown): unknown {
  if (failure instanceof MalformedReplyError) return new Error('NOTMEMCACHED');
  const wasClosed = failure instanceof Error && /closed unexpectedly|ECONNRESET/.test(`${failure}`);
  return wasClosed ? new Error('UNGREETED', { cause: failure }) : failure;
}
