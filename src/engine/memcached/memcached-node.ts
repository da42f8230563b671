import type { ConnectionOptions } from 'node:tls';
import type { EngineNode } from '../address/engine-address.js';
import { Breaker } from '../calls/breaker.js';
import type { Call, CallTarget } from '../calls/engine-calls.js';
import { answerWithin } from '../connecting/connect.js';
import { EngineError } from '../engine.errors.js';
import type { MemcachedCommand } from './commands.js';
import { MemcachedConnection } from './memcached-connection.js';
import type { MemcachedReply } from './reply-parser.js';

const PROBE_INTERVAL_MS = 500;

export interface NodeOptions {
  deadlineMs: number;
  tls: ConnectionOptions | undefined;
  /** The node became usable or unusable, or was tried for the first time. */
  onChange: () => void;
  onConnect: () => void;
}

/** One Memcached server: its connection, its breaker, and a probe twice a second, which also reconnects. */
export class MemcachedNode implements CallTarget {
  readonly address: string;
  version: string | null = null;
  /** Why calls are refused; undefined while the server answers. */
  failure: unknown = new Error('Not connected yet.');
  wasTried = false;
  private connection: MemcachedConnection | undefined;
  private readonly breaker = new Breaker(
    () => this.breaker.isOpen && this.connection?.destroy(new Error('SILENT')),
  );
  private timer: NodeJS.Timeout | undefined;
  /** In the time of `performance.now()`. */
  private connectedAt = Number.NEGATIVE_INFINITY;
  private isProbing = false;
  private isRetired = false;
  isClosed = false;

  constructor(
    private readonly node: EngineNode,
    private readonly options: NodeOptions,
  ) {
    this.address = addressOf(node);
  }

  get isUsable(): boolean {
    return this.failure === undefined;
  }

  start(): void {
    this.timer = setInterval(() => void this.probe(), PROBE_INTERVAL_MS).unref();
    void this.probe();
  }

  /** The node has left the ring. It is closed when its pending calls are settled. */
  retire(): void {
    this.isRetired = true;
  }

  close(): void {
    this.isClosed = true;
    clearInterval(this.timer);
    this.connection?.destroy(new Error('The engine was closed.'));
  }

  /**
   * Sends the command of a call.
   *
   * @throws {EngineError} *refused* while the server does not answer.
   */
  send({ bytes, hasValue }: MemcachedCommand, call: Call): Promise<MemcachedReply> {
    if (!this.connection || !this.isUsable) {
      throw new EngineError('refused', 'A Memcached server does not answer, so the call was not sent.');
    }
    const reply = this.connection.send(bytes, hasValue);
    call.target = this;
    this.breaker.sent(call);
    return reply;
  }

  answered(call: Call): void {
    this.breaker.answered(call);
  }

  rejected(error: unknown, call: Call): void {
    const isAnswer = error instanceof EngineError && error.outcome === 'failed';
    if (isAnswer) this.breaker.answered(call);
  }

  withdraw(): void {
    // Commands are written at once.
  }

  expired(call: Call): void {
    if (!call.hasShortDeadline) this.breaker.leftUnanswered(call);
  }

  isUnsent(): boolean {
    return false;
  }

  private async probe(): Promise<void> {
    if (this.isProbing || this.isClosed) return;
    if (this.isRetired && (this.connection?.isIdle ?? true)) return this.close();
    this.isProbing = true;
    const { connection } = this;
    try {
      await (connection ? this.unlessSilent(connection.readVersion()) : this.connect());
    } catch (error) {
      // No effect if it was lost meanwhile: `lost` knows a better reason.
      if (connection) connection.destroy(error);
      else this.failure = error;
    }
    this.isProbing = false;
    this.wasTried = true;
    if (!this.isClosed) this.options.onChange();
  }

  private async connect(): Promise<void> {
    const { tls, onConnect } = this.options;
    const connection = await MemcachedConnection.open(this.node, tls, (failure) => this.lost(failure));
    if (this.isClosed) return connection.destroy(new Error('The engine was closed.'));
    this.connection = connection;
    this.version = connection.version;
    this.connectedAt = performance.now();
    this.failure = undefined;
    this.breaker.close();
    onConnect();
  }

  private lost(failure: unknown): void {
    this.connection = undefined;
    this.failure = failure;
    if (this.isClosed) return;
    this.options.onChange();
    // A server that closes its connections right away is connected again by the timer.
    if (performance.now() - this.connectedAt >= PROBE_INTERVAL_MS) void this.probe();
  }

  /** The probe is queued behind calls. While these are answered, the server is not silent. */
  private async unlessSilent<T>(probe: Promise<T>): Promise<T> {
    for (;;) {
      const { answers } = this.breaker;
      try {
        return await answerWithin(this.options.deadlineMs, probe);
      } catch (error) {
        if (answers === this.breaker.answers || !this.connection) throw error;
      }
    }
  }
}

/** `host:port`, with brackets around an IPv6 address. */
export function addressOf({ host, port }: EngineNode): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
