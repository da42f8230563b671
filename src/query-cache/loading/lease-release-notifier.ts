import { setTimeout as delay } from 'node:timers/promises';
import { type Engine, ignoreEngineError, MemcachedEngine, RedisEngine } from '../../engine/index.js';

/** Where nodes can tell each other, asking is only for what was not heard: a holder that died, an interruption. */
const ASK_AGAIN_MS = { pushed: [100, 500], polled: [15, 200] } as const;

/** Somebody who waits for another node's load. */
export interface LeaseWaiter {
  /** Resolves when the lease has ended, or when it is time to look. @returns whether the end was told. */
  untilLook(): Promise<boolean>;
  stop(): void;
}

/**
 * Tells when a lease has ended, on any node: by sharded pub/sub on Redis and Valkey; Memcached has none, so its waiters look
 * at growing intervals of at most 0.2 s.
 */
export class LeaseEnds {
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly intervals: readonly [number, number];
  private endSubscription: () => void = () => undefined;

  constructor(
    private readonly engine: Engine,
    private readonly channel: string,
  ) {
    this.intervals = engine instanceof MemcachedEngine ? ASK_AGAIN_MS.polled : ASK_AGAIN_MS.pushed;
    if (engine instanceof RedisEngine) {
      this.endSubscription = engine.subscribe(channel, { onMessage: (key) => this.wake(key) });
    }
  }

  close(): void {
    this.endSubscription();
  }

  /** From now on nothing is missed, also between two looks. */
  waitFor(key: string): LeaseWaiter {
    let isWoken = false;
    let wake: () => void = () => undefined;
    const waiter = () => {
      isWoken = true;
      wake();
    };
    this.add(key, waiter);
    let [interval, longest] = this.intervals;
    return {
      stop: () => this.remove(key, waiter),
      untilLook: async () => {
        const woken = new Promise<void>((resolve) => (wake = resolve));
        const timer = new AbortController();
        if (!isWoken) await Promise.race([woken, jittered(interval, timer.signal)]);
        timer.abort();
        const wasTold = isWoken;
        isWoken = false;
        interval = Math.min(2 * interval, longest);
        return wasTold;
      },
    };
  }

  /** Never rejects: who does not hear it looks by itself. */
  async tell(key: string): Promise<void> {
    this.wake(key);
    if (!(this.engine instanceof RedisEngine)) return;
    await this.engine.publish(this.channel, key).catch(ignoreEngineError);
  }

  private add(key: string, waiter: () => void): void {
    const waiting = this.waiting.get(key) ?? new Set();
    this.waiting.set(key, waiting.add(waiter));
  }

  private remove(key: string, waiter: () => void): void {
    const waiting = this.waiting.get(key);
    if (waiting?.delete(waiter) && waiting.size === 0) this.waiting.delete(key);
  }

  private wake(key: string): void {
    for (const waiter of this.waiting.get(key) ?? []) waiter();
  }
}

/** So that nodes do not look in step. */
async function jittered(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
}
