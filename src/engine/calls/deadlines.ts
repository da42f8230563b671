import type { Call, DeadlineChain } from './call.js';

const LONGEST_MS = 60_000;

/**
 * The open calls of one deadline, in the order they end: one timer for all of them, where a timer for each would cost a
 * fifth of the whole call. A call that settles is unlinked, so that nothing outlives it.
 */
export class Deadlines implements DeadlineChain {
  private first: Call | undefined = undefined;
  private last: Call | undefined = undefined;
  private timer: NodeJS.Timeout | undefined = undefined;

  /** @throws {RangeError} */
  constructor(
    readonly deadlineMs: number,
    readonly hasShortDeadline = false,
  ) {
    // A timer takes NaN for 1 ms, and what it waits for would never come.
    if (Number.isInteger(deadlineMs) && deadlineMs >= 1 && deadlineMs <= LONGEST_MS) return;
    throw new RangeError(
      `The deadline of a call cannot be ${deadlineMs}. Give whole milliseconds from 1 to ${LONGEST_MS}.`,
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
  }

  /** After what has arrived: when this process itself stood still, the replies are there, and the commands are not yet written. */
  private readonly sweepSoon = (): void => void setImmediate(this.sweep);

  /** The timer may be that of a call that has settled; then it waits for the one that is first now. */
  private readonly sweep = (): void => {
    const now = performance.now();
    for (let call = this.first; call && call.endsAt <= now; call = this.first) {
      this.remove(call);
      call.expire();
    }
    this.timer = this.first && setTimeout(this.sweepSoon, Math.max(1, Math.ceil(this.first.endsAt - now)));
  };
}
