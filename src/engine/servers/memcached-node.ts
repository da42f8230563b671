import type { Socket } from 'node:net';
import { Server, Utils } from 'memjs';
import type { EngineNode } from '../address/engine-url.js';
import { Breaker } from '../calls/breaker.js';
import type { Call, CallTarget } from '../calls/engine-calls.js';
import { EngineError } from '../engine.errors.js';
import { withinTime } from '../connecting/connect.js';

const LOOK_MS = 500;
const VERSION = 0x0b;
/** memjs numbers its calls from 1. */
const QUESTION = 0;
/** memjs' timers would be put off by whatever is written, and time out the next connection for calls of the last. */
const NO_TIMEOUT_SECONDS = 3_600;

/**
 * One server of Memcached, its connection and whether it answers: it is asked twice a second. Others have nothing to do with it.
 *
 * memjs leaves a silent connection half closed, keeps half a reply for the next one, and forgets the calls of one that the
 * server has closed. So a connection that is lost for any reason ends here, with all that was sent through it.
 */
export class MemcachedNode extends Server implements CallTarget {
  version: string | null = null;
  /** Why calls are refused; undefined while it answers. */
  failure: unknown = new Error('Not connected yet.');
  wasTried = false;
  declare private _socket: Socket | undefined;
  private connection: { socket: Socket; isOpen: boolean } | undefined;
  private readonly breaker = new Breaker(() => this.breaker.isOpen && this.error(new Error('SILENT')));
  private timer: NodeJS.Timeout | undefined;
  private isLooking = false;
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
    this.timer = setInterval(() => void this.look(), LOOK_MS).unref();
    void this.look();
  }

  override close(): void {
    this.isClosed = true;
    clearInterval(this.timer);
    this.error(new Error('The engine was closed.'));
  }

  /** A call is about to be sent here. */
  begin(call: Call): void {
    call.target = this;
    this.breaker.sent(call);
  }

  answered(call: Call): void {
    this.breaker.answered(call);
  }

  /** What a lost connection leaves behind is an EngineError already; all else is an answer. */
  rejected(error: unknown, call: Call): boolean {
    if (!(error instanceof EngineError)) this.breaker.answered(call);
    return false;
  }

  /** Through an open connection memjs writes at once. */
  expired(call: Call): boolean {
    if (!call.hasShortDeadline) this.breaker.leftUnanswered(call);
    return false;
  }

  /** memjs comes here to write; it makes a connection when there is none. */
  override sock(sasl: boolean, go: (socket: Socket) => void): void {
    super.sock(sasl, go);
    const { _socket: socket } = this;
    if (!socket || socket === this.connection?.socket) return;
    const connection = { socket, isOpen: false };
    this.connection = connection;
    socket.once('connect', () => (connection.isOpen = true));
    socket.once('close', () => this.error(new Error('It closed unexpectedly.')));
  }

  /** The connection is lost: all that waits for an answer gets to know. */
  override error(failure: unknown): void {
    const { connection, isUsable: wasUsable } = this;
    // memjs would take its end for that of the next one.
    for (const event of ['close', 'error']) connection?.socket.removeAllListeners(event);
    connection?.socket.on('error', () => undefined).destroy();
    Object.assign(this, { connected: false, responseBuffer: Buffer.alloc(0) });
    this.connection = undefined;
    this.failure = failure;
    const [outcome, what] = connection?.isOpen
      ? (['unknown', 'was lost before it answered'] as const)
      : (['refused', 'could not be made, so nothing was sent'] as const);
    super.error(new EngineError(outcome, `The connection to Memcached ${what}.`, { cause: failure }));
    if (wasUsable && !this.isClosed) {
      this.onChange();
      void this.look();
    }
  }

  private async look(): Promise<void> {
    if (this.isLooking || this.isClosed) return;
    this.isLooking = true;
    try {
      this.version = await this.unlessSilent(this.askVersion());
      this.failure = undefined;
      this.breaker.close();
    } catch (error) {
      // Otherwise the connection was lost while we asked.
      if (this.connection) this.error(error);
    }
    this.isLooking = false;
    this.wasTried = true;
    if (!this.isClosed) this.onChange();
  }

  /** The question waits in line behind calls: while these are answered, the server is not silent. */
  private async unlessSilent<T>(asked: Promise<T>): Promise<T> {
    for (;;) {
      const { answers } = this.breaker;
      try {
        return await withinTime(this.deadlineMs, asked);
      } catch (error) {
        if (answers === this.breaker.answers || !this.connection) throw error;
      }
    }
  }

  private askVersion(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.onResponse(QUESTION, ({ val }) => resolve(val.toString()));
      this.onError(QUESTION, reject);
      this.write(Utils.makeRequestBuffer(VERSION, '', '', '', QUESTION));
    });
  }
}
