import { EngineError } from '../engine.errors.js';
import type { Wave } from './wave.js';

const MAX_DEADLINE_MS = 60_000;

export interface CallOptions {
  /**
   * Time limit of the call in whole milliseconds, up to 60,000. While a call with a longer deadline than the engine's is pending,
   * its connection is kept open. A call with a shorter deadline does not affect other calls.
   */
  deadlineMs?: number | undefined;
}

/** Number of calls by outcome since the start. */
export interface CallCounts {
  done: number;
  refused: number;
  failed: number;
  unknown: number;
}

/** The server that a call was sent to. */
export interface CallTarget {
  answered(call: Call): void;
  /** The server or the connection failed the call. */
  rejected(error: unknown, call: Call): void;
  /** The deadline has passed: what is not written must never be sent. */
  withdraw(call: Call): void;
  /** Called one turn of the event loop after {@link withdraw}. */
  expired(call: Call): void;
  /** Whether the call was certainly not sent. Called one turn after it was rejected or withdrawn. */
  isUnsent(call: Call): boolean;
}

/** Maps a client's rejection to an {@link EngineError}. Errors of the calling code are returned unchanged. */
type Explain = (error: unknown, command: string) => unknown;

/** Settles every call of an engine by its deadline: with its value, or with an {@link EngineError}. */
export class EngineCalls {
  readonly counts: CallCounts = { done: 0, refused: 0, failed: 0, unknown: 0 };
  private readonly defaultDeadlines: Deadlines;
  private readonly otherDeadlines = new Map<number, Deadlines>();

  constructor(
    readonly engine: string,
    deadlineMs: number,
    readonly explain: Explain,
  ) {
    this.defaultDeadlines = new Deadlines(deadlineMs);
  }

  /** `send` may throw synchronously: the call rejects with that error. */
  settle<T>(command: string, send: (call: Call) => Promise<unknown>, deadlineMs?: number): Promise<T> {
    let call: Call;
    try {
      call = this.begin(command, deadlineMs);
    } catch (error) {
      return Promise.reject(error);
    }
    try {
      return call.settleWith(send(call));
    } catch (error) {
      return call.settleWith(Promise.reject(error));
    }
  }

  /** @throws {RangeError} if the deadline is not a whole number from 1 to 60,000. */
  private begin(command: string, deadlineMs: number | undefined): Call {
    const deadlines = deadlineMs === undefined ? this.defaultDeadlines : this.deadlinesFor(deadlineMs);
    return new Call(this, command, deadlines);
  }

  private deadlinesFor(deadlineMs: number): Deadlines {
    let deadlines = this.otherDeadlines.get(deadlineMs);
    if (deadlines) return deadlines;
    deadlines = new Deadlines(deadlineMs, deadlineMs < this.defaultDeadlines.deadlineMs);
    this.otherDeadlines.set(deadlineMs, deadlines);
    return deadlines;
  }
}

/** One pending call. It settles once: with its reply, its error or its deadline, whichever comes first. */
export class Call {
  /** After its deadline nothing may be sent for this call. */
  isExpired = false;
  /** Where the current attempt was sent. The next two fields belong to that attempt. */
  target: CallTarget | undefined = undefined;
  wave: Wave | undefined = undefined;
  /** The breaker's count of answers in time when the attempt was sent. */
  answersBefore = 0;
  previous: Call | undefined = undefined;
  next: Call | undefined = undefined;
  /** In the time of `performance.now()`, rounded up: V8 stores a fraction in an object of its own. */
  readonly endsAt: number;
  private readonly settled: Promise<unknown>;
  private resolve!: (value: unknown) => void;
  private reject!: (error: unknown) => void;

  constructor(
    private readonly calls: EngineCalls,
    readonly command: string,
    private readonly deadlines: Deadlines,
  ) {
    this.settled = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.endsAt = Math.ceil(performance.now()) + deadlines.deadlineMs;
    deadlines.add(this);
  }

  /** Both handlers stay attached after the deadline, so a late rejection is never unhandled. */
  settleWith<T>(reply: Promise<unknown>): Promise<T> {
    reply.then(
      (value) => this.done(value),
      (error: unknown) => this.failed(error),
    );
    return this.settled as Promise<T>;
  }

  /** Shorter than the engine's deadline. A missing answer then says nothing about the server. */
  get hasShortDeadline(): boolean {
    return this.deadlines.isShort;
  }

  /** Also called for a late reply, which proves that the server is alive. */
  private done(reply: unknown): void {
    this.target?.answered(this);
    if (this.isExpired) return;
    this.deadlines.remove(this);
    this.calls.counts.done++;
    this.resolve(reply);
  }

  private failed(error: unknown): void {
    const { target } = this;
    target?.rejected(error, this);
    if (this.isExpired) return;
    this.deadlines.remove(this);
    if (!target) return this.fail(this.calls.explain(error, this.command));
    setImmediate(() => this.failAfterSending(target, error));
  }

  expire(): void {
    this.isExpired = true;
    this.target?.withdraw(this);
    setImmediate(() => this.failExpired());
  }

  private failAfterSending(target: CallTarget, error: unknown): void {
    const lost = `The connection to ${this.calls.engine} was lost before ${this.command} was sent.`;
    const refusal = target.isUnsent(this) && new EngineError('refused', lost, { cause: error });
    this.fail(refusal || this.calls.explain(error, this.command));
  }

  private failExpired(): void {
    const isUnsent = this.target?.isUnsent(this) ?? true;
    this.target?.expired(this);
    const { engine } = this.calls;
    const within = `within ${this.deadlines.deadlineMs} ms`;
    const message = isUnsent
      ? `${engine} accepted no command ${within}, so ${this.command} was not sent.`
      : `${engine} did not answer ${this.command} ${within}.`;
    this.fail(new EngineError(isUnsent ? 'refused' : 'unknown', message));
  }

  private fail(error: unknown): void {
    if (error instanceof EngineError) this.calls.counts[error.outcome]++;
    this.reject(error);
  }
}

/**
 * All pending calls with the same deadline, in a linked list ordered by their end, with one timer. One timer per call would cost a
 * fifth of the call.
 */
class Deadlines {
  private first: Call | undefined = undefined;
  private last: Call | undefined = undefined;
  private timer: NodeJS.Timeout | undefined = undefined;

  /** @throws {RangeError} if the deadline is not a whole number from 1 to 60,000. */
  constructor(
    readonly deadlineMs: number,
    readonly isShort = false,
  ) {
    // setTimeout would treat NaN and Infinity as 1 ms.
    if (Number.isInteger(deadlineMs) && deadlineMs >= 1 && deadlineMs <= MAX_DEADLINE_MS) return;
    throw new RangeError(
      `The deadline of a call cannot be ${deadlineMs}. Give whole milliseconds from 1 to ${MAX_DEADLINE_MS}.`,
    );
  }

  add(call: Call): void {
    call.previous = this.last;
    if (this.last) this.last.next = call;
    else this.first = call;
    this.last = call;
    this.timer ??= setTimeout(this.sweepSoon, this.deadlineMs);
  }

  remove(call: Call): void {
    const { previous, next } = call;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.last = previous;
    // Otherwise a call that is kept by others would keep all later ones.
    call.previous = undefined;
    call.next = undefined;
  }

  /** After pending I/O: if this process was blocked, replies have arrived and commands are still unwritten. */
  private readonly sweepSoon = (): void => void setImmediate(this.sweep);

  /** If the call that the timer was set for has settled, the timer is set for the first pending call. */
  private readonly sweep = (): void => {
    const now = performance.now();
    for (let call = this.first; call && call.endsAt <= now; call = this.first) {
      this.remove(call);
      call.expire();
    }
    this.timer = this.first && setTimeout(this.sweepSoon, Math.max(1, Math.ceil(this.first.endsAt - now)));
  };
}
