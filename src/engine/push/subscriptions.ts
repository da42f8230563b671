import type { EngineNode } from '../address/engine-url.js';
import { keySlot } from '../topology/key-slot.js';
import type { ConnectionOptions } from '../connecting/connect.js';
import { PollInterval } from '../connecting/poll-interval.js';
import type { Server } from '../servers/server.js';
import type { Primaries } from '../topology/primaries.js';
import { SubscriberConnection } from './subscriber-connection.js';
import { notifyAll } from './notify-all.js';

export interface Subscriber {
  onMessage(message: string): void;
  /** The subscription begins, or begins again after an interruption: what was published before is lost. */
  onLive?(): void;
}

interface Subscription {
  subscribers: Set<Subscriber>;
  /** Where it is live. */
  at: SubscriberConnection | undefined;
}

const LOOK_MS = 250;
const SEARCH_MS = 100;

/**
 * Sharded pub/sub that begins again by itself: at the primary of each channel's slot, wherever that is now.
 *
 * Source: https://redis.io/docs/latest/develop/pubsub/#sharded-pubsub
 */
export class Subscriptions {
  private readonly channels = new Map<string, Subscription>();
  private readonly connections = new Map<string, SubscriberConnection>();
  private readonly opening = new Map<string, Promise<SubscriberConnection>>();
  private readonly closed = new AbortController();
  private isFollowing = false;
  private readonly pollInterval = new PollInterval();

  constructor(
    private readonly primaries: () => Primaries,
    private readonly options: ConnectionOptions,
    private readonly deadlineMs: number,
  ) {}

  /** @returns how to end it. */
  add(channel: string, subscriber: Subscriber): () => void {
    const subscription = this.channels.get(channel) ?? { subscribers: new Set(), at: undefined };
    subscription.subscribers.add(subscriber);
    this.channels.set(channel, subscription);
    // The others have it live already.
    if (subscription.at && !subscription.at.isLost)
      queueMicrotask(() => notifyAll([subscriber], () => subscriber.onLive?.()));
    this.pollInterval.wake();
    if (!this.isFollowing) void this.follow();
    return () => {
      subscription.subscribers.delete(subscriber);
      this.pollInterval.wake();
    };
  }

  close(): void {
    this.closed.abort();
    for (const connection of this.connections.values()) connection.disconnect();
  }

  private async follow(): Promise<void> {
    this.isFollowing = true;
    while (this.channels.size > 0 && !this.closed.signal.aborted) {
      const areLive = await Promise.all(
        [...this.channels].map(([name, channel]) => this.settle(name, channel)),
      );
      await this.pollInterval.after(areLive.every(Boolean) ? LOOK_MS : SEARCH_MS, this.closed.signal);
    }
    this.isFollowing = false;
    for (const connection of this.connections.values()) connection.disconnect();
  }

  /** Whether the channel is as it is wanted; makes it so if that can be done now. */
  private async settle(name: string, channel: Subscription): Promise<boolean> {
    if (channel.subscribers.size === 0) {
      this.channels.delete(name);
      channel.at?.unsubscribe(name);
      return true;
    }
    const primary = this.primaries().forSlot(keySlot(name));
    if (!primary) return false;
    if (channel.at?.address === primary.address && !channel.at.isLost) return true;
    try {
      const connection = await this.connectionTo(primary);
      channel.at?.unsubscribe(name);
      await connection.listen(name, (message) => this.tell(name, message));
      channel.at = connection;
      notifyAll(channel.subscribers, (subscriber) => subscriber.onLive?.());
      return true;
    } catch {
      return false;
    }
  }

  private tell(name: string, message: string): void {
    notifyAll(this.channels.get(name)?.subscribers ?? [], (subscriber) => subscriber.onMessage(message));
  }

  private async connectionTo({ node, address }: Server): Promise<SubscriberConnection> {
    const open = this.connections.get(address);
    if (open && !open.isLost) return open;
    const opening = this.opening.get(address) ?? this.connect(node);
    this.opening.set(address, opening);
    try {
      const connection = await opening;
      this.connections.set(address, connection);
      if (this.closed.signal.aborted) connection.disconnect();
      return connection;
    } finally {
      this.opening.delete(address);
    }
  }

  private connect(node: EngineNode): Promise<SubscriberConnection> {
    const onChange = () => this.pollInterval.wake();
    return SubscriberConnection.open(node, this.options, { timeoutMs: this.deadlineMs, onChange });
  }
}
