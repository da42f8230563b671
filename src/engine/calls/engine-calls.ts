import { Call, type CallCounts, type CallGate, type ReadReply } from './call.js';
import { Deadlines } from './deadlines.js';

export interface CallOptions {
  /** Within which the call settles, in whole milliseconds up to 60,000. A longer one also gives a busy server
   * that time before its connection is given up; a shorter one costs no other call anything. */
  deadlineMs?: number | undefined;
}

/** The one gate every call goes through: it settles by its deadline, as its value or as an {@link EngineError}. */
export class EngineCalls implements CallGate {
  readonly counts: CallCounts = { done: 0, refused: 0, failed: 0, unknown: 0 };
  private readonly usual: Deadlines;
  private readonly others = new Map<number, Deadlines>();

  constructor(
    readonly engine: string,
    deadlineMs: number,
    readonly explain: CallGate['explain'],
  ) {
    this.usual = new Deadlines(deadlineMs);
  }

  settle<T>(
    command: string,
    send: (call: Call) => Promise<unknown>,
    deadlineMs?: number,
    read?: ReadReply,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const deadlines = deadlineMs === undefined ? this.usual : this.deadlines(deadlineMs);
      const call = new Call(this, command, deadlines, resolve as (value: unknown) => void, reject, read);
      // Both stay attached after the deadline, so a late rejection is never unhandled.
      attempt(send, call).then(
        (reply) => call.done(reply),
        (error: unknown) => call.failed(error),
      );
    });
  }

  private deadlines(deadlineMs: number): Deadlines {
    let deadlines = this.others.get(deadlineMs);
    if (deadlines) return deadlines;
    deadlines = new Deadlines(deadlineMs, deadlineMs < this.usual.deadlineMs);
    this.others.set(deadlineMs, deadlines);
    return deadlines;
  }
}

/** What throws before it returns a promise rejects like the rest. */
function attempt(send: (call: Call) => Promise<unknown>, call: Call): Promise<unknown> {
  try {
    return send(call);
  } catch (error) {
    return Promise.reject(error);
  }
}
