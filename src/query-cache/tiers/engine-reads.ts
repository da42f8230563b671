import type { Engine } from '../../engine/index.js';

/** Replies share one connection, so a small reply waits behind at most this much of large ones. A larger reply is read alone. */
const MOST_BYTES_IN_FLIGHT = 128 * 1_024;
/** Larger answers have a queue of their own. */
const SMALL_BYTES = 16 * 1_024;
/** The least that a read counts. */
const LEAST_BYTES = 2 * 1_024;
/** What a read counts before the first answer of its query. */
const UNKNOWN_BYTES = 64 * 1_024;
/** The expected size approaches smaller answers by this share of the difference. */
const DECAY = 0.05;
/** In soft timeouts: when one reply is late, the reads behind it have time to see whether the next one is. Otherwise all would query the database. */
const QUEUE_TIMEOUTS = 2;
/** The longest wait in a queue that moves, in soft timeouts: 3 s by default. */
const LONGEST_WAIT = 40;

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

interface WaitingRead {
  bytes: number;
  start: () => void;
}

/** Limits the bytes in flight. Reads wait here rather than in the connection, where small ones would wait behind large ones. */
class ReadQueue {
  private bytesInFlight = 0;
  private readonly queue = new Set<WaitingRead>();
  private readonly untilTurn: SoftTimeout;

  constructor(
    private readonly softTimeout: SoftTimeout,
    private readonly softTimeoutMs: number,
  ) {
    this.untilTurn = new SoftTimeout(QUEUE_TIMEOUTS * softTimeoutMs, LONGEST_WAIT * softTimeoutMs);
  }

  async read<T>(bytes: number, send: () => Promise<T>): Promise<T | undefined> {
    if (this.queue.size === 0 && this.hasRoom(bytes)) this.bytesInFlight += bytes;
    else if (!(await this.waitForTurn(bytes))) return undefined;
    const reply = send();
    void this.follow(reply, bytes);
    return this.softTimeout.wait(reply);
  }

  private async follow(reply: Promise<unknown>, bytes: number): Promise<void> {
    const sentAt = performance.now();
    try {
      await reply;
      // Only a reply in time is progress: behind a slow engine the queue would be as slow.
      if (performance.now() - sentAt < this.softTimeoutMs) this.untilTurn.renew();
    } catch {
      // The caller handles it.
    } finally {
      this.end(bytes);
    }
  }

  /** Resolves with false when no read ahead is answered in time for two soft timeouts. */
  private async waitForTurn(bytes: number): Promise<boolean> {
    const waiting: WaitingRead = { bytes, start: () => undefined };
    const turn = new Promise<true>((resolve) => (waiting.start = () => resolve(true)));
    this.queue.add(waiting);
    if (await this.untilTurn.wait(turn)) return true;
    const hadTurn = !this.queue.delete(waiting);
    if (hadTurn) this.end(bytes);
    return false;
  }

  private end(bytes: number): void {
    this.bytesInFlight -= bytes;
    for (const waiting of this.queue) {
      if (!this.hasRoom(waiting.bytes)) return;
      this.queue.delete(waiting);
      this.bytesInFlight += waiting.bytes;
      waiting.start();
    }
  }

  private hasRoom(bytes: number): boolean {
    return this.bytesInFlight === 0 || this.bytesInFlight + bytes <= MOST_BYTES_IN_FLIGHT;
  }
}

/** The queues of one node. Small answers overtake large ones. */
export class ReadQueues {
  private readonly small: ReadQueue;
  private readonly large: ReadQueue;

  constructor(
    private readonly engine: Pick<Engine, 'isReady'>,
    private readonly softTimeout: SoftTimeout,
    softTimeoutMs: number,
  ) {
    this.small = new ReadQueue(softTimeout, softTimeoutMs);
    this.large = new ReadQueue(softTimeout, softTimeoutMs);
  }

  read<T>(bytes: number, send: () => Promise<T>): Promise<T | undefined> {
    // An engine that is down rejects at once.
    if (!this.engine.isReady) return this.softTimeout.wait(send());
    const queue = bytes <= SMALL_BYTES ? this.small : this.large;
    // Whole numbers: fractions that are added and subtracted again leave a rest, and a rest leaves no room for a read of more than the limit.
    return queue.read(Math.max(LEAST_BYTES, Math.ceil(bytes)), send);
  }
}

/** The reads of one query: its answers have about the same size. */
export class EngineReads {
  private expectedBytes: number | undefined;

  constructor(private readonly queues: ReadQueues) {}

  /**
   * Resolves with undefined when the engine is silent: it answers neither this read nor those ahead of it in time.
   * Rejects as `send` does.
   *
   * @param answers how many answers it reads.
   */
  read<T>(send: () => Promise<T>, answers = 1): Promise<T | undefined> {
    return this.queues.read(answers * (this.expectedBytes ?? UNKNOWN_BYTES), send);
  }

  /** Records the size of an answer that was read or stored. */
  noteSize(bytes: number): void {
    const expected = this.expectedBytes ?? 0;
    this.expectedBytes = bytes > expected ? bytes : expected - (expected - bytes) * DECAY;
  }
}
