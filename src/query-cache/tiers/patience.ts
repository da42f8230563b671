interface Waiting {
  since: number;
  giveUp: () => void;
}

/**
 * Waits for something, but not so long that another way would have been better: a server that is paused costs those who ask before its
 * breaker opens this, and not their calls' whole deadline. One timer serves all who wait, as one for each would cost a hit more than
 * anything else that it does.
 */
export class Patience {
  /** In the order in which they give up. */
  private readonly waiting = new Set<Waiting>();
  private timer: NodeJS.Timeout | undefined;
  private renewedAt = 0;

  /** @param longestMs the longest wait, however often it is renewed. */
  constructor(
    private readonly ms: number,
    private readonly longestMs = ms,
  ) {}

  /** There was progress: all who wait have their whole time again. */
  renew(): void {
    this.renewedAt = performance.now();
  }

  /** Resolves with undefined when it is over; rejects as `asked` does. */
  wait<T>(asked: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const waiting = { since: performance.now(), giveUp: () => resolve(undefined) };
      this.waiting.add(waiting);
      this.timer ??= this.lookIn(this.ms);
      const settle = <Outcome>(by: (outcome: Outcome) => void) => {
        return (outcome: Outcome) => {
          this.waiting.delete(waiting);
          by(outcome);
        };
      };
      asked.then(settle(resolve), settle(reject));
    });
  }

  private lookIn(ms: number): NodeJS.Timeout {
    // After what has arrived, in case it was this process that stood still.
    return setTimeout(() => setImmediate(() => this.giveUp()), ms).unref();
  }

  private giveUp(): void {
    this.timer = undefined;
    const now = performance.now();
    for (const waiting of this.waiting) {
      const until = this.endOf(waiting);
      if (until > now) {
        this.timer = this.lookIn(until - now);
        return;
      }
      this.waiting.delete(waiting);
      waiting.giveUp();
    }
  }

  private endOf({ since }: Waiting): number {
    return Math.min(Math.max(since, this.renewedAt) + this.ms, since + this.longestMs);
  }
}
