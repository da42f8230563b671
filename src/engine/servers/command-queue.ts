import { AbortError, ErrorReply, type RedisClientType } from 'redis';
import { Breaker } from '../calls/breaker.js';
import type { Call, CallTarget } from '../calls/engine-calls.js';
import { AS_BUFFERS, type Command } from '../commands/command-client.js';
import { Wave } from '../calls/wave.js';

/** How a command is sent. */
export interface SendOptions {
  isBinary: boolean;
  /** Send ASKING first: the slot is being migrated to this server. */
  isAsking: boolean;
}

/** Either kind of client. The caller of `RedisEngine.call` got the type that belongs to its options. */
export type AnyCommand<T> = Command<T, never>;

interface QueueEvents {
  onBreakerChange: () => void;
  /** The server answered READONLY. */
  onReadOnly: () => void;
  /** The connection must be closed: it holds a command that may no longer be sent. */
  onStuck: () => void;
}

/**
 * Sends commands over one connection and knows which of them were written. That decides whether a call without an answer is *refused*
 * (not written) or *unknown*.
 */
export class CommandQueue implements CallTarget {
  readonly breaker: Breaker;
  /** The latest deadline of a call sent here, in the time of `performance.now()`. */
  busyUntil = 0;
  isClosed = false;
  private readonly binary: RedisClientType;
  /** The wave of this turn of the event loop. */
  private wave: Wave | undefined;
  /** Waves whose first call is pending. */
  private readonly pending = new Set<Wave>();

  constructor(
    private readonly client: RedisClientType,
    private readonly events: QueueEvents,
  ) {
    this.breaker = new Breaker(events.onBreakerChange);
    this.binary = client.withTypeMapping(AS_BUFFERS) as unknown as RedisClientType;
  }

  /** Whether calls may be sent: the connection is open, and the server answers. */
  get isUsable(): boolean {
    return !this.isClosed && !this.breaker.isOpen;
  }

  /** The connection is lost. Call it before the client is destroyed: unwritten commands are dropped here, so that their calls are *refused*. */
  close(): void {
    this.isClosed = true;
    for (const wave of this.pending) wave.abort();
  }

  /** @throws {Error} if the call's deadline has passed. */
  send<T>(call: Call, command: AnyCommand<T>, { isBinary, isAsking }: SendOptions): Promise<T> {
    if (call.isExpired) throw new Error('The deadline of the call has passed.');
    call.target = this;
    this.breaker.sent(call);
    const wave = (call.wave = this.waveOf(call));
    if (call.endsAt > this.busyUntil && !call.hasShortDeadline) this.busyUntil = call.endsAt;
    const client = isBinary ? this.binary : this.client;
    // If ASKING fails, the command behind it fails as well.
    if (isAsking) this.client.asking().catch(() => undefined);
    return command((wave.first === call ? client.withAbortSignal(wave.signal) : client) as never);
  }

  answered(call: Call): void {
    this.breaker.answered(call);
    this.forgetWaveOf(call);
  }

  rejected(error: unknown, call: Call): void {
    this.forgetWaveOf(call);
    if (error instanceof AbortError && call.wave) {
      call.wave.isUnwritten = true;
      // At once: the other calls of the wave have no signal, and node-redis could write them in the next turn.
      if (!call.hasShortDeadline) this.events.onStuck();
    }
    if (!(error instanceof ErrorReply)) return;
    this.breaker.answered(call);
    // Deferred, so that the replies behind this one are still read.
    if (error.message.startsWith('READONLY')) setImmediate(this.events.onReadOnly);
  }

  withdraw({ wave }: Call): void {
    wave?.abort();
  }

  isUnsent({ wave }: Call): boolean {
    return wave?.isUnwritten ?? true;
  }

  expired(call: Call): void {
    const { wave } = call;
    this.forgetWaveOf(call);
    if (!wave || call.hasShortDeadline) return;
    if (wave.isUnwritten) return;
    this.breaker.leftUnanswered(call);
    this.checkProgress(wave);
  }

  /** After its first call the wave has no signal any more: later calls of this turn begin another one. */
  private forgetWaveOf(call: Call): void {
    if (call.wave?.first !== call) return;
    this.pending.delete(call.wave);
    if (this.wave === call.wave) this.wave = undefined;
  }

  /** A call with a short deadline is a wave of its own: it can be withdrawn without the others. */
  private waveOf(call: Call): Wave {
    if (this.wave && !call.hasShortDeadline) return this.wave;
    const wave = new Wave(call);
    this.pending.add(wave);
    if (call.hasShortDeadline) return wave;
    setImmediate(() => (this.wave = undefined));
    return (this.wave = wave);
  }

  /** The first call of the wave was written, but a later one may not be. If node-redis does not write within two turns, it is stuck. */
  private checkProgress(wave: Wave): void {
    if (wave.isChecked) return;
    wave.isChecked = true;
    const probe = new AbortController();
    this.client
      .withAbortSignal(probe.signal)
      .ping()
      .catch((error: unknown) => error instanceof AbortError && this.events.onStuck());
    setImmediate(() => setImmediate(() => probe.abort()));
  }
}
