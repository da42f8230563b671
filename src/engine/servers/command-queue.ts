import { AbortError, ErrorReply, type RedisArgument, type RedisClientType, type TypeMapping } from 'redis';
import { Breaker } from '../calls/breaker.js';
import type { Call, CallTarget } from '../calls/engine-calls.js';
import { WithdrawableCommands } from '../calls/withdrawable-commands.js';
import { pipelineReplies, transactionReplies } from './batch-replies.js';

export type Arguments = readonly RedisArgument[];

export interface BatchForm {
  isAtomic: boolean;
  /** Send ASKING first: the slot is being migrated to this server. */
  isAsking: boolean;
  typeMapping?: TypeMapping | undefined;
}

interface QueueEvents {
  onBreakerChange: () => void;
  /** The server answered READONLY. */
  onReadOnly: () => void;
  /** The connection must be closed: it holds a command that may no longer be sent. */
  onStuck: () => void;
}

/**
 * Sends commands over one connection and knows which of them node-redis has written. That decides whether a call without an answer is
 * *refused* (not written) or *unknown* (docs/decisions/0007).
 */
export class CommandQueue implements CallTarget {
  readonly breaker: Breaker;
  /** The latest deadline of a call sent here, in the time of `performance.now()`. */
  busyUntil = 0;
  isClosed = false;
  /** Commands given to node-redis; how many of them it has certainly written; the position of the marked one. */
  private sent = 0;
  private written = 0;
  private marked: number | undefined;

  constructor(
    private readonly client: RedisClientType,
    private readonly events: QueueEvents,
  ) {
    this.breaker = new Breaker(events.onBreakerChange);
  }

  /** Whether calls may be sent: the connection is open, and the server answers. */
  get isUsable(): boolean {
    return !this.isClosed && !this.breaker.isOpen;
  }

  /** The connection is lost: nothing is written from now on. */
  close(): void {
    this.isClosed = true;
  }

  /** @throws {AbortError} if the call's deadline has passed. */
  send(args: Arguments, call: Call, typeMapping?: TypeMapping, isAsking = false): Promise<unknown> {
    this.begin(call);
    return this.write(args, call, typeMapping, isAsking);
  }

  /** Sends a transaction or a plain pipeline. Returns the raw replies in order, including error replies. */
  async sendBatch(
    commands: readonly Arguments[],
    call: Call,
    { isAtomic, isAsking, typeMapping }: BatchForm,
  ): Promise<unknown[]> {
    const all = isAtomic ? [['MULTI'], ...commands, ['EXEC']] : commands;
    this.begin(call, isAtomic);
    const first = this.sent + 1;
    // ASKING applies to the next command only, or to a whole transaction.
    const needsAsking = (i: number) => isAsking && (i === 0 || !isAtomic);
    const sent = all.map((args, i) => this.write(args, call, typeMapping, needsAsking(i)));
    // A transaction has effects once its EXEC is written, a pipeline with its first command.
    if (!isAtomic) call.decisivePosition = first;
    const replies = await Promise.allSettled(sent);
    return isAtomic ? transactionReplies(replies) : pipelineReplies(replies);
  }

  answered(call: Call): void {
    this.breaker.answered(call);
  }

  rejected(error: unknown, call: Call): boolean {
    if (!(error instanceof ErrorReply)) return this.isUnsent(call);
    this.breaker.answered(call);
    // Deferred, so that the replies behind this one are still read.
    if (error.message.startsWith('READONLY')) setImmediate(this.events.onReadOnly);
    return false;
  }

  expired(call: Call): boolean {
    if (call.withdrawable) return this.withdraw(call.withdrawable);
    const isUnsent = this.isUnsent(call);
    if (isUnsent) this.events.onStuck();
    else if (call.lastPosition <= this.written) this.breaker.leftUnanswered(call);
    else this.checkWritten(call);
    return isUnsent;
  }

  /**
   * Marks the next command unless one is marked already. node-redis writes in order and removes its listener from a command's signal
   * when it writes the command: all commands up to the marked one are then written.
   */
  mark(): AbortSignal | undefined {
    const position = ++this.sent;
    if (this.marked !== undefined) return undefined;
    this.marked = position;
    const signal = {
      aborted: false,
      addEventListener: () => undefined,
      removeEventListener: () => {
        if (!this.isClosed) this.written = position;
        this.unmark();
      },
    };
    return signal as unknown as AbortSignal;
  }

  private begin(call: Call, isAtomic = false): void {
    if (call.isExpired) throw new AbortError();
    call.target = this;
    this.breaker.sent(call);
    if (call.hasShortDeadline) call.withdrawable = new WithdrawableCommands(isAtomic, () => !this.isClosed);
  }

  private write(args: Arguments, call: Call, typeMapping?: TypeMapping, isAsking = false): Promise<unknown> {
    // If ASKING fails, the command behind it fails as well.
    if (isAsking) this.write(['ASKING'], call).catch(() => undefined);
    if (call.withdrawable) {
      return call.withdrawable.send((abortSignal) =>
        this.client.sendCommand(args, { typeMapping, abortSignal }),
      );
    }
    const abortSignal = this.mark();
    call.lastPosition = this.sent;
    call.decisivePosition = this.sent;
    if (call.endsAt > this.busyUntil) this.busyUntil = call.endsAt;
    // Without options node-redis is faster.
    const options = typeMapping || abortSignal ? { typeMapping, abortSignal } : undefined;
    const reply = this.client.sendCommand(args, options);
    // A command that cannot be encoded is never written.
    if (abortSignal) reply.catch(this.unmark);
    return reply;
  }

  /** A short deadline does not count for the breaker and keeps the connection, unless a transaction without its EXEC was written. */
  private withdraw(withdrawable: WithdrawableCommands): boolean {
    const { hasWritten, isAtomic } = withdrawable;
    const wasUnfinished = withdrawable.withdraw();
    if (!(isAtomic && hasWritten && wasUnfinished)) return !hasWritten;
    this.events.onStuck();
    return true;
  }

  /** A new mark behind the call's commands. If two turns later they are still not written, the connection is stuck. */
  private checkWritten(call: Call): void {
    const abortSignal = this.mark();
    if (abortSignal) this.client.sendCommand(['PING'], { abortSignal }).catch(this.unmark);
    // node-redis writes in the next turn of the event loop.
    setImmediate(() =>
      setImmediate(() => {
        if (call.lastPosition <= this.written) this.breaker.leftUnanswered(call);
        else this.events.onStuck();
      }),
    );
  }

  private isUnsent({ decisivePosition, withdrawable }: Call): boolean {
    if (withdrawable) return !withdrawable.hasWritten;
    return this.marked !== undefined && decisivePosition >= this.marked;
  }

  /** After the connection is lost the mark stays: what was behind it is certainly unsent. */
  private readonly unmark = (): void => {
    if (!this.isClosed) this.marked = undefined;
  };
}
