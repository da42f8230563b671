/** A server that accepts connections answers within milliseconds, unless this process is busy. */
const LONGEST_MS = 400;
const MAX_WAITING_CALLS = 10_000;
/** A server that closes its connections right away must not be reconnected in a loop without a pause. */
const MIN_AGE_MS = 250;
const CLOSED_BY_SERVER = /ECONNRESET|EPIPE|closed unexpectedly/i;

/**
 * The time between the loss of a connection that its server closed and the end of the first attempt to replace it. Such a server is
 * usually alive: it was restarted by its operator, ended the sessions of a user, or dropped idle connections. So calls wait for the
 * attempt instead of being refused. If it fails, they are refused.
 */
export class ReconnectGap {
  private waiting = 0;
  private readonly ended: Promise<void>;
  private readonly timer: NodeJS.Timeout;
  private resolve: () => void = () => undefined;

  /** Undefined if calls should not wait: the server was silent or is no primary any more, or the connection was new. */
  static after({ openedAt }: { openedAt: number }, failure: unknown): ReconnectGap | undefined {
    const isOldEnough = performance.now() - openedAt >= MIN_AGE_MS;
    return isOldEnough && CLOSED_BY_SERVER.test(describe(failure)) ? new ReconnectGap() : undefined;
  }

  private constructor() {
    this.ended = new Promise((resolve) => (this.resolve = resolve));
    this.timer = setTimeout(() => setImmediate(() => this.end()), LONGEST_MS);
  }

  /** Resolves when the gap ends. Undefined if it has ended, or if too many calls wait. */
  wait(): Promise<void> | undefined {
    if (this.waiting >= MAX_WAITING_CALLS) return undefined;
    this.waiting++;
    return this.ended;
  }

  /** The attempt has succeeded or failed. */
  end(): void {
    this.waiting = MAX_WAITING_CALLS;
    clearTimeout(this.timer);
    this.resolve();
  }
}

function describe(failure: unknown): string {
  const code = failure instanceof Error && 'code' in failure ? String(failure.code) : '';
  return `${code} ${String(failure)}`;
}
