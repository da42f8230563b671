interface Waiter {
  since: number;
  giveUp: () => void;
}

/**
 * Waits for a promise, but not for its whole deadline: when the engine is silent, the database answers sooner.
 *
 * One timer serves all waiters. A timer for each would cost a hit more than anything else that it does.
 */
export class SoftTimeout {
  /** In the order in which they time out. */
  private readonly waiters = new Set<Waiter>();
  private timer: NodeJS.Timeout | undefined;
  private renewedAt = 0;

  /** @param longestMs the longest wait, however often it is renewed. */
  constructor(
    private readonly ms: number,
    private readonly longestMs = ms,
  ) {}

  /** There was progress: all waiters get their whole time again. */
  renew(): void {
    this.renewedAt = performance.now();
  }

  /** Resolves with undefined after the timeout. Rejects as `promise` does. */
  wait<T>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const waiter = { since: performance.now(), giveUp: () => resolve(undefined) };
      this.waiters.add(waiter);
      this.timer ??= this.checkIn(this.ms);
      const settle = <Outcome>(by: (outcome: Outcome) => void) => {
        return (outcome: Outcome) => {
          this.waiters.delete(waiter);
          by(outcome);
        };
      };
      promise.then(settle(resolve), settle(reject));
    });
  }

  private checkIn(ms: number): NodeJS.Timeout {
    // setImmediate: replies that arrived while this process was blocked are handled first.
    return setTimeout(() => setImmediate(() => this.giveUp()), ms).unref();
  }

  private giveUp(): void {
    this.timer = undefined;
    const now = performance.now();
    for (const waiter of this.waiters) {
      const until = this.endOf(waiter);
      if (until > now) {
        this.timer = this.checkIn(until - now);
        return;
      }
      this.waiters.delete(waiter);
      waiter.giveUp();
    }
  }

  private endOf({ since }: Waiter): number {
    return Math.min(Math.max(since, this.renewedAt) + this.ms, since + this.longestMs);
  }
}
