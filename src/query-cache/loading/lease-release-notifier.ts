import { setTimeout as delay } from 'node:timers/promises';
import { type Engine, ignoreEngineError, MemcachedEngine, RedisEngine } from '../../engine/index.js';

/** First and longest interval of polling. With pub/sub it is only for missed messages: a holder that died, an interruption. */
const POLL_MS = { withPubSub: [100, 500], without: [15, 200] } as const;

/** Waits for the load of another node. */
export interface LeaseWaiter {
  /** Resolves when the lease was released, or when it is time to check. @returns whether a release was published. */
  untilCheck(): Promise<boolean>;
  stop(): void;
}

/**
 * Publishes the release of a lease to all nodes: by sharded pub/sub on Redis and Valkey. Memcached has none, so its waiters poll at growing
 * intervals of at most 0.2 s.
 */
export class LeaseReleaseNotifier {
  private readonly waiters = new Map<string, Set<() => void>>();
  private readonly intervals: readonly [number, number];
  private unsubscribe: () => void = () => undefined;

  constructor(
    private readonly engine: Engine,
    private readonly channel: string,
  ) {
    this.intervals = engine instanceof MemcachedEngine ? POLL_MS.without : POLL_MS.withPubSub;
    if (engine instanceof RedisEngine) {
      this.unsubscribe = engine.subscribe(channel, { onMessage: (key) => this.wake(key) });
    }
  }

  close(): void {
    this.unsubscribe();
  }

  /** Registers a waiter. From now on no release is missed, also between two checks. */
  waitFor(key: string): LeaseWaiter {
    let isReleased = false;
    let wake: () => void = () => undefined;
    const waiter = () => {
      isReleased = true;
      wake();
    };
    this.add(key, waiter);
    let [interval, longest] = this.intervals;
    return {
      stop: () => this.remove(key, waiter),
      untilCheck: async () => {
        const woken = new Promise<void>((resolve) => (wake = resolve));
        const timer = new AbortController();
        if (!isReleased) await Promise.race([woken, jittered(interval, timer.signal)]);
        timer.abort();
        const wasReleased = isReleased;
        isReleased = false;
        interval = Math.min(2 * interval, longest);
        return wasReleased;
      },
    };
  }

  /** Never rejects: a node that misses the message polls. */
  async publish(key: string): Promise<void> {
    this.wake(key);
    if (!(this.engine instanceof RedisEngine)) return;
    await this.engine.publish(this.channel, key).catch(ignoreEngineError);
  }

  private add(key: string, waiter: () => void): void {
    const waiters = this.waiters.get(key) ?? new Set();
    this.waiters.set(key, waiters.add(waiter));
  }

  private remove(key: string, waiter: () => void): void {
    const waiters = this.waiters.get(key);
    if (waiters?.delete(waiter) && waiters.size === 0) this.waiters.delete(key);
  }

  private wake(key: string): void {
    for (const waiter of this.waiters.get(key) ?? []) waiter();
  }
}

/** Jitter, so that nodes do not poll at the same moments. */
async function jittered(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
}
