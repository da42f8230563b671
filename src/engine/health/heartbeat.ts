const INTERVAL_MS = 250;

interface HeartbeatOptions {
  /** Sends one probe; rejects if the server is not usable. */
  probe: () => Promise<unknown>;
  /** Time limit for an answer, in milliseconds. */
  timeoutMs: number;
  /** The connection is kept at least until then (`performance.now()`): a pending call has a longer deadline. */
  busyUntil?: () => number;
  /** Number of answers to other calls. While it grows, the probe is queued behind them and the server is not silent. */
  answers?: () => number;
  onAnswer: () => void;
  /** Called once: a probe failed or was not answered in time. */
  onLost: (error: unknown) => void;
}

/** Probes a connection four times a second. A paused server and a half-open socket raise no event. */
export class Heartbeat {
  /** When the last answered probe was sent (`performance.now()`). The server was alive at some time after that. */
  confirmedAt = performance.now();
  private timer: NodeJS.Timeout | undefined;
  private isPending = false;
  private isStopped = false;

  constructor(private readonly options: HeartbeatOptions) {}

  start(): void {
    if (!this.isStopped) this.scheduleProbe();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private scheduleProbe(): void {
    this.timer = setTimeout(() => void this.probe(), INTERVAL_MS);
  }

  private async probe(): Promise<void> {
    const sentAt = performance.now();
    this.isPending = true;
    this.failAfter(this.options.timeoutMs, sentAt);
    try {
      await this.options.probe();
    } catch (error) {
      return this.fail(error);
    }
    if (this.isStopped) return;
    this.isPending = false;
    clearTimeout(this.timer);
    this.confirmedAt = sentAt;
    this.scheduleProbe();
    this.options.onAnswer();
  }

  /** The time limit is extended while the server answers other calls. */
  private failAfter(ms: number, sentAt: number): void {
    const answers = this.options.answers?.();
    this.timer = setTimeout(() => {
      const now = performance.now();
      const pendingMs = (this.options.busyUntil?.() ?? now) - now;
      const busyMs = this.options.answers?.() === answers ? 0 : this.options.timeoutMs;
      if (pendingMs > 0 || busyMs > 0) this.failAfter(Math.max(pendingMs, busyMs), sentAt);
      // Deferred: if this process was blocked, the answer is read first.
      else setImmediate(() => this.isPending && this.fail(silenceError(sentAt)));
    }, ms);
  }

  private fail(error: unknown): void {
    if (this.isStopped) return;
    this.stop();
    this.options.onLost(error);
  }
}

function silenceError(sentAt: number): Error {
  return new Error(`SILENT no answer within ${Math.round(performance.now() - sentAt)} ms`);
}
