import { readScript } from '../commands/engine-script.js';
import type { Subscription, Subscriptions } from './subscriptions.js';

/** Notifies a listener of deleted keys; see {@link RedisEngine.invalidations}. */
export interface InvalidationFeed {
  /**
   * Whether every invalidation that is older than `withinMs` milliseconds has been reported. Use at least 600, because that is proven
   * four times a second.
   */
  isCoherent(withinMs: number): boolean;
  /** The server refuses a command that the feed needs (SSUBSCRIBE, SPUBLISH or ROLE, in a cluster also MGET): it is never coherent. */
  readonly isRefused: boolean;
  /** Ends the feed; its listener is not called any more. */
  close(): void;
}

/** Receives the deleted keys. `null`: any key may have been deleted. */
export type InvalidationListener = (keys: string[] | null) => void;

/** Deletes keys and publishes their names on a channel in the same slot, separated by spaces. */
export const INVALIDATE = readScript('invalidate', import.meta.url, 'invalidate.lua');

/** Opens a feed of several channels. */
export function openFeed(
  subscriptions: Subscriptions,
  channels: readonly string[],
  listener: InvalidationListener,
): InvalidationFeed {
  const subscriber = {
    onMessage: (message: string) => listener(message.split(' ')),
    onLive: () => listener(null),
  };
  return new Feed(channels.map((channel) => subscriptions.add(channel, subscriber, true)));
}

class Feed implements InvalidationFeed {
  /** All channels were certainly active at this time: read from them only when it is too long ago. */
  private liveAt = Number.NEGATIVE_INFINITY;
  private isClosed = false;

  constructor(private readonly subscriptions: readonly Subscription[]) {}

  isCoherent(withinMs: number): boolean {
    const since = performance.now() - withinMs;
    if (this.liveAt < since) this.liveAt = Math.min(...this.subscriptions.map(({ liveAt }) => liveAt));
    return this.liveAt >= since && !this.isClosed;
  }

  get isRefused(): boolean {
    return this.subscriptions.some(({ isRefused }) => isRefused);
  }

  close(): void {
    this.isClosed = true;
    for (const subscription of this.subscriptions) subscription.end();
  }
}
