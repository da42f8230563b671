const INTERVAL_MS = 250;

interface HeartbeatOptions {
  /** Asks the server; rejects if it cannot do what it must. */
  probe: () => Promise<unknown>;
  /** How long an answer may take, in milliseconds. */
  timeoutMs: number;
  /** Before then it is not given up, as of `performance.now()`: a call that was given more time keeps the server busy. */
  busyUntil?: () => number;
  /** How much else the server has answered: while that grows, the question waits in line and the server is not silent. */
  answers?: () => number;
  onAnswer: () => void;
  /** Called once: the question failed, or was left unanswered. */
  onLost: (error: unknown) => void;
}

/** Asks a connection four times a second whether it is alive: a paused server and a half-open socket raise no event. */
export class Heartbeat {
  /** When the last question was sent that was answered, as of `performance.now()`. */
  confirmedAt = performance.now();
  private next: NodeJS.Timeout | undefined;
  private isWaiting = false;
  private isStopped = false;

  constructor(private readonly options: HeartbeatOptions) {
    this.askLater();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.next);
  }

  private askLater(): void {
    this.next = setTimeout(() => void this.ask(), INTERVAL_MS);
  }

  private async ask(): Promise<void> {
    const askedAt = performance.now();
    this.isWaiting = true;
    this.failAfter(this.options.timeoutMs, askedAt);
    try {
      await this.options.probe();
    } catch (error) {
      return this.lose(error);
    }
    if (this.isStopped) return;
    this.isWaiting = false;
    clearTimeout(this.next);
    this.confirmedAt = askedAt;
    this.askLater();
    this.options.onAnswer();
  }

  /** Patience can grow while it waits. */
  private failAfter(ms: number, askedAt: number): void {
    const answers = this.options.answers?.();
    this.next = setTimeout(() => {
      const now = performance.now();
      const moreMs = (this.options.busyUntil?.() ?? now) - now;
      const busyMs = this.options.answers?.() === answers ? 0 : this.options.timeoutMs;
      if (moreMs > 0 || busyMs > 0) this.failAfter(Math.max(moreMs, busyMs), askedAt);
      // After what has arrived, in case this process itself stood still.
      else setImmediate(() => this.isWaiting && this.lose(silenceError(askedAt)));
    }, ms);
  }

  private lose(error: unknown): void {
    if (this.isStopped) return;
    this.stop();
    this.options.onLost(error);
  }
}

function silenceError(askedAt: number): Error {
  return new Error(`SILENT no answer within ${Math.round(performance.now() - askedAt)} ms`);
}
