import { EngineError } from '../engine.errors.js';
import type { WithdrawableCommands } from './withdrawable-commands.js';

/** A server, as the calls that are sent to it see it. */
export interface CallTarget {
  answered(call: Call): void;
  /** The server, or the connection, failed the call. @returns whether it certainly was not sent. */
  rejected(error: unknown, call: Call): boolean;
  /** The deadline has come. @returns whether the call certainly was not sent, and never will be. */
  expired(call: Call): boolean;
}

/** How calls ended since the start. */
export interface CallCounts {
  done: number;
  refused: number;
  failed: number;
  unknown: number;
}

/** What is the same for all calls to an engine. */
export interface CallGate {
  readonly engine: string;
  readonly counts: CallCounts;
  /** Makes an {@link EngineError} of what a client rejects with; what is no failure of the engine stays what it is. */
  explain(error: unknown, command: string): unknown;
}

/** The open calls of one deadline. */
export interface DeadlineChain {
  readonly deadlineMs: number;
  /** Shorter than usual: that a server does not answer in time then says nothing of it. */
  readonly hasShortDeadline: boolean;
  add(call: Call): void;
  remove(call: Call): void;
}

/** Makes of a reply what the caller gets. */
export type ReadReply = ((reply: unknown) => unknown) | undefined;

/** One call on its way, and a link in the chain of those with the same deadline. It ends once, whatever comes first. */
export class Call {
  /** Its deadline has passed: nothing may be sent for it any more. */
  isExpired = false;
  /** Where its present attempt went; the last of its commands there, and the one that, once written, may have effects. */
  target: CallTarget | undefined = undefined;
  sequence = 0;
  /** The breaker's count of answers in time when its present attempt was sent. */
  answersBefore = 0;
  decisive = 0;
  /** Of a call that is hasty: what of its present attempt can be taken back. */
  withdrawable: WithdrawableCommands | undefined = undefined;
  previous: Call | undefined = undefined;
  next: Call | undefined = undefined;
  /** As of `performance.now()`. */
  readonly endsAt: number;

  constructor(
    private readonly gate: CallGate,
    readonly command: string,
    private readonly deadlines: DeadlineChain,
    private readonly resolve: (value: unknown) => void,
    private readonly reject: (error: unknown) => void,
    private readonly read: ReadReply,
  ) {
    this.endsAt = performance.now() + deadlines.deadlineMs;
    deadlines.add(this);
  }

  get hasShortDeadline(): boolean {
    return this.deadlines.hasShortDeadline;
  }

  /** After the deadline as well: a late answer is a sign of life. */
  done(reply: unknown): void {
    this.target?.answered(this);
    if (this.isExpired) return;
    this.deadlines.remove(this);
    this.gate.counts.done++;
    try {
      this.resolve(this.read ? this.read(reply) : reply);
    } catch (error) {
      this.reject(error);
    }
  }

  failed(error: unknown): void {
    const isUnsent = this.target?.rejected(error, this) ?? false;
    if (this.isExpired) return;
    this.deadlines.remove(this);
    const lost = `The connection to ${this.gate.engine} was lost before ${this.command} was sent.`;
    const refusal = isUnsent && new EngineError('refused', lost, { cause: error });
    this.fail(refusal || this.gate.explain(error, this.command));
  }

  expire(): void {
    this.isExpired = true;
    const isUnsent = this.target?.expired(this) ?? true;
    const { engine } = this.gate;
    const silence = isUnsent
      ? `${engine} took no ${this.command} within ${this.deadlines.deadlineMs} ms; it was not sent.`
      : `${engine} did not answer ${this.command} within ${this.deadlines.deadlineMs} ms.`;
    this.fail(new EngineError(isUnsent ? 'refused' : 'unknown', silence));
  }

  private fail(error: unknown): void {
    if (error instanceof EngineError) this.gate.counts[error.outcome]++;
    this.reject(error);
  }
}
