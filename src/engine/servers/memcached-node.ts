import type { Socket } from 'node:net';
import { Server, Utils } from 'memjs';
import type { EngineNode } from '../address/engine-address.js';
import { Breaker } from '../calls/breaker.js';
import type { Call, CallTarget } from '../calls/engine-calls.js';
import { answerWithin } from '../connecting/connect.js';
import { EngineError } from '../engine.errors.js';

const PROBE_INTERVAL_MS = 500;
const VERSION_OPCODE = 0x0b;
/** memjs numbers its own requests from 1. */
const PROBE_ID = 0;
/** Effectively off: writes postpone memjs' timers, and calls of a lost connection time out the next one. */
const NO_TIMEOUT_SECONDS = 3_600;

/**
 * One Memcached server: its connection, its breaker, and a probe twice a second.
 *
 * memjs leaves a silent connection half closed, keeps half a reply for the next connection, and forgets the calls of a connection
 * that the server closed. So every lost connection is destroyed here, and all its calls are rejected.
 */
export class MemcachedNode extends Server implements CallTarget {
  version: string | null = null;
  /** Why calls are refused; undefined while the server answers. */
  failure: unknown = new Error('Not connected yet.');
  wasTried = false;
  declare private _socket: Socket | undefined;
  private connection: { socket: Socket; isOpen: boolean } | undefined;
  private readonly breaker = new Breaker(() => this.breaker.isOpen && this.error(new Error('SILENT')));
  private timer: NodeJS.Timeout | undefined;
  private isProbing = false;
  private isClosed = false;

  constructor(
    { host, port }: EngineNode,
    private readonly deadlineMs: number,
    private readonly onChange: () => void,
  ) {
    const [timeout, conntimeout] = [NO_TIMEOUT_SECONDS, NO_TIMEOUT_SECONDS];
    super(host, port, undefined, undefined, { timeout, conntimeout, keepAlive: true });
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  get isUsable(): boolean {
    return this.failure === undefined;
  }

  start(): void {
    this.timer = setInterval(() => void this.probe(), PROBE_INTERVAL_MS).unref();
    void this.probe();
  }

  override close(): void {
    this.isClosed = true;
    clearInterval(this.timer);
    this.error(new Error('The engine was closed.'));
  }

  begin(call: Call): void {
    call.target = this;
    this.breaker.sent(call);
  }

  answered(call: Call): void {
    this.breaker.answered(call);
  }

  /** A lost connection rejects with an EngineError. Any other error is an answer of the server. */
  rejected(error: unknown, call: Call): boolean {
    if (!(error instanceof EngineError)) this.breaker.answered(call);
    return false;
  }

  /** Never unsent: memjs writes at once to an open connection. */
  expired(call: Call): boolean {
    if (!call.hasShortDeadline) this.breaker.leftUnanswered(call);
    return false;
  }

  /** memjs calls this before each write. It connects if there is no connection. */
  override sock(sasl: boolean, go: (socket: Socket) => void): void {
    super.sock(sasl, go);
    const { _socket: socket } = this;
    if (!socket || socket === this.connection?.socket) return;
    const connection = { socket, isOpen: false };
    this.connection = connection;
    socket.once('connect', () => (connection.isOpen = true));
    socket.once('close', () => this.error(new Error('It closed unexpectedly.')));
  }

  /** Destroys the connection and rejects all its calls. */
  override error(failure: unknown): void {
    const { connection, isUsable: wasUsable } = this;
    // Otherwise memjs would treat this socket's end as the end of the next one.
    for (const event of ['close', 'error']) connection?.socket.removeAllListeners(event);
    connection?.socket.on('error', () => undefined).destroy();
    Object.assign(this, { connected: false, responseBuffer: Buffer.alloc(0) });
    this.connection = undefined;
    this.failure = failure;
    super.error(connectionError(connection?.isOpen ?? false, failure));
    if (wasUsable && !this.isClosed) {
      this.onChange();
      void this.probe();
    }
  }

  private async probe(): Promise<void> {
    if (this.isProbing || this.isClosed) return;
    this.isProbing = true;
    try {
      this.version = await this.unlessSilent(this.readVersion());
      this.failure = undefined;
      this.breaker.close();
    } catch (error) {
      // Without a connection `error` has already been called.
      if (this.connection) this.error(error);
    }
    this.isProbing = false;
    this.wasTried = true;
    if (!this.isClosed) this.onChange();
  }

  /** The probe is queued behind calls. While these are answered, the server is not silent. */
  private async unlessSilent<T>(probe: Promise<T>): Promise<T> {
    for (;;) {
      const { answers } = this.breaker;
      try {
        return await answerWithin(this.deadlineMs, probe);
      } catch (error) {
        if (answers === this.breaker.answers || !this.connection) throw error;
      }
    }
  }

  private readVersion(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.onResponse(PROBE_ID, ({ val }) => resolve(val.toString()));
      this.onError(PROBE_ID, reject);
      this.write(Utils.makeRequestBuffer(VERSION_OPCODE, '', '', '', PROBE_ID));
    });
  }
}

function connectionError(wasOpen: boolean, cause: unknown): EngineError {
  return wasOpen
    ? new EngineError('unknown', 'The connection to Memcached was lost before it answered.', { cause })
    : new EngineError('refused', 'Memcached could not be connected, so nothing was sent.', { cause });
}
