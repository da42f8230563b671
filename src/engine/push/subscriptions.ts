import type { EngineNode } from '../address/engine-address.js';
import type { ConnectionOptions } from '../connecting/connect.js';
import { PollInterval } from '../connecting/poll-interval.js';
import type { Server } from '../servers/server.js';
import { keySlot } from '../topology/key-slot.js';
import type { Primaries } from '../topology/primaries.js';
import { notifyAll } from './notify-all.js';
import { SubscriberConnection } from './subscriber-connection.js';

/** Callbacks of a subscription; see {@link RedisEngine.subscribe}. */
export interface Subscriber {
  /** Called for each message of the channel. */
  onMessage(message: string): void;
  /** The subscription is active, for the first time or again after an interruption. Messages published before are lost. */
  onLive?(): void;
}

interface Channel {
  subscribers: Set<Subscriber>;
  /** The connection that has subscribed to it. */
  connection: SubscriberConnection | undefined;
}

const CHECK_MS = 250;
const SEARCH_MS = 100;

/**
 * Sharded pub/sub: each channel is subscribed at the primary of its slot, and again after that primary or the slot has changed.
 *
 * Source: https://redis.io/docs/latest/develop/pubsub/#sharded-pubsub
 */
export class Subscriptions {
  private readonly channels = new Map<string, Channel>();
  private readonly connections = new Map<string, SubscriberConnection>();
  private readonly opening = new Map<string, Promise<SubscriberConnection>>();
  private readonly closed = new AbortController();
  private isPolling = false;
  private readonly pollInterval = new PollInterval();

  constructor(
    private readonly primaries: () => Primaries,
    private readonly options: ConnectionOptions,
    private readonly deadlineMs: number,
  ) {}

  /** Returns a function that ends the subscription. */
  add(name: string, subscriber: Subscriber): () => void {
    const channel = this.channels.get(name) ?? { subscribers: new Set(), connection: undefined };
    channel.subscribers.add(subscriber);
    this.channels.set(name, channel);
    // The channel is already subscribed for others.
    if (channel.connection && !channel.connection.isLost)
      queueMicrotask(() => notifyAll([subscriber], () => subscriber.onLive?.()));
    this.pollInterval.wake();
    if (!this.isPolling) void this.poll();
    return () => {
      channel.subscribers.delete(subscriber);
      this.pollInterval.wake();
    };
  }

  close(): void {
    this.closed.abort();
    for (const connection of this.connections.values()) connection.disconnect();
  }

  /** Runs while there are channels. */
  private async poll(): Promise<void> {
    this.isPolling = true;
    while (this.channels.size > 0 && !this.closed.signal.aborted) {
      const areSettled = await Promise.all(
        [...this.channels].map(([name, channel]) => this.settle(name, channel)),
      );
      await this.pollInterval.after(areSettled.every(Boolean) ? CHECK_MS : SEARCH_MS, this.closed.signal);
    }
    this.isPolling = false;
    for (const connection of this.connections.values()) connection.disconnect();
  }

  /** Subscribes, moves or ends one channel. Returns false if that must be tried again. */
  private async settle(name: string, channel: Channel): Promise<boolean> {
    if (channel.subscribers.size === 0) {
      this.channels.delete(name);
      channel.connection?.unsubscribe(name);
      return true;
    }
    const primary = this.primaries().forSlot(keySlot(name));
    if (!primary) return false;
    if (channel.connection?.address === primary.address && !channel.connection.isLost) return true;
    try {
      const connection = await this.connectionTo(primary);
      channel.connection?.unsubscribe(name);
      await connection.subscribe(name, (message) => this.deliver(name, message));
      channel.connection = connection;
      notifyAll(channel.subscribers, (subscriber) => subscriber.onLive?.());
      return true;
    } catch {
      return false;
    }
  }

  private deliver(name: string, message: string): void {
    const { subscribers = [] } = this.channels.get(name) ?? {};
    notifyAll(subscribers, (subscriber) => subscriber.onMessage(message));
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
    const onLost = () => this.pollInterval.wake();
    return SubscriberConnection.open(node, this.options, { timeoutMs: this.deadlineMs, onLost });
  }
}
