import { RETRY_REFUSED_MS } from '../capabilities/capabilities.js';
import { refusalOf } from '../capabilities/refusal.js';
import { backOff } from '../connecting/backoff.js';
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

/** A subscription that knows until when it was certainly active. */
export interface Subscription {
  /**
   * Every message that was published before this time (`performance.now()`) has been delivered. `-Infinity` while the subscription is
   * not active.
   */
  readonly liveAt: number;
  /** The server refuses a command that shows whether the subscription is active. */
  readonly isRefused: boolean;
  end(): void;
}

interface Channel {
  readonly name: string;
  readonly subscribers: Set<Subscriber>;
  isLeased: boolean;
  /** The connection that has subscribed to it. */
  connection: SubscriberConnection | undefined;
  isRefused: boolean;
  /** No subscription is tried before this time. */
  retryAt: number;
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
  /** Attempts to connect. A failed one stays until the next one is due. */
  private readonly opening = new Map<string, Promise<SubscriberConnection>>();
  /** Failed attempts to connect, since the last successful one. */
  private readonly failures = new Map<string, number>();
  private readonly closed = new AbortController();
  private isPolling = false;
  private readonly pollInterval = new PollInterval();

  constructor(
    private readonly primaries: () => Primaries,
    private readonly options: ConnectionOptions,
    private readonly deadlineMs: number,
  ) {}

  /** @param isLeased whether `liveAt` is kept up to date: it is then renewed four times a second. */
  add(name: string, subscriber: Subscriber, isLeased = false): Subscription {
    const channel = this.channels.get(name) ?? newChannel(name);
    channel.subscribers.add(subscriber);
    if (isLeased) {
      channel.isLeased = true;
      channel.connection?.lease(this.slotOf(name));
    }
    this.channels.set(name, channel);
    // The channel is already subscribed for others.
    if (channel.connection && !channel.connection.isLost)
      queueMicrotask(() => notifyAll([subscriber], () => subscriber.onLive?.()));
    this.wake();
    if (!this.isPolling) void this.poll();
    return this.subscriptionOf(channel, subscriber);
  }

  /** Checks the channels now: connections were made or lost, or slots have moved. */
  wake(): void {
    this.pollInterval.wake();
  }

  close(): void {
    this.closed.abort();
    for (const connection of this.connections.values()) connection.disconnect();
  }

  private subscriptionOf(channel: Channel, subscriber: Subscriber): Subscription {
    const liveAt = () => this.liveAt(channel);
    return {
      get liveAt() {
        return liveAt();
      },
      get isRefused() {
        return channel.isRefused;
      },
      end: () => {
        channel.subscribers.delete(subscriber);
        this.wake();
      },
    };
  }

  /** Not later than the topology was confirmed. A replaced primary still answers, but receives no invalidations. */
  private liveAt({ name, connection }: Channel): number {
    const slot = this.slotOf(name);
    if (!connection || this.ownerOf(slot)?.address !== connection.address) return Number.NEGATIVE_INFINITY;
    return Math.min(connection.liveAt(slot), this.primaries().confirmedAt);
  }

  /** Runs while there are channels. */
  private async poll(): Promise<void> {
    this.isPolling = true;
    while (this.channels.size > 0 && !this.closed.signal.aborted) {
      const areSettled = await Promise.all(
        [...this.channels.values()].map((channel) => this.settle(channel)),
      );
      if (areSettled.every(Boolean)) this.dropUnused();
      await this.pollInterval.after(areSettled.every(Boolean) ? CHECK_MS : SEARCH_MS, this.closed.signal);
    }
    this.isPolling = false;
    for (const connection of this.connections.values()) connection.disconnect();
  }

  /** Connections to former owners, whose channels have moved. */
  private dropUnused(): void {
    const used = new Set([...this.channels.values()].map(({ connection }) => connection));
    for (const connection of this.connections.values()) if (!used.has(connection)) connection.disconnect();
  }

  /** Subscribes, moves or ends one channel. Returns false if that must be tried again. */
  private async settle(channel: Channel): Promise<boolean> {
    const { name, subscribers } = channel;
    const slot = this.slotOf(name);
    if (subscribers.size === 0) {
      this.channels.delete(name);
      channel.connection?.unsubscribe(name, slot);
      return true;
    }
    const primary = this.ownerOf(slot);
    if (!primary) return false;
    if (!primary.capabilities.allows('SSUBSCRIBE')) {
      channel.isRefused = true;
      return true;
    }
    const { connection: current } = channel;
    if (current?.address === primary.address && !current.isLost) {
      channel.isRefused = current.cannotProve(slot);
      return true;
    }
    if (performance.now() < channel.retryAt) return true;
    try {
      await this.subscribe(channel, primary);
      return true;
    } catch (error) {
      channel.isRefused = refusalOf(error) !== null;
      if (channel.isRefused) channel.retryAt = performance.now() + RETRY_REFUSED_MS;
      return false;
    }
  }

  private async subscribe(channel: Channel, primary: Server): Promise<void> {
    const { name, subscribers, isLeased } = channel;
    const slot = this.slotOf(name);
    const connection = await this.connectionTo(primary);
    if (channel.connection && !channel.connection.isLost) channel.connection.unsubscribe(name, slot);
    const onMessage = (message: string) =>
      notifyAll(subscribers, (subscriber) => subscriber.onMessage(message));
    await connection.subscribe({ name, slot, isLeased, onMessage });
    await connection.prove();
    channel.connection = connection;
    channel.isRefused = connection.cannotProve(slot);
    notifyAll(subscribers, (subscriber) => subscriber.onLive?.());
  }

  private slotOf(name: string): number | undefined {
    return this.primaries().hasSlots ? keySlot(name) : undefined;
  }

  private ownerOf(slot: number | undefined): Server | undefined {
    return this.primaries().forSlot(slot);
  }

  private connectionTo(primary: Server): Promise<SubscriberConnection> {
    const { address } = primary;
    const open = this.connections.get(address);
    if (open) return Promise.resolve(open);
    const opening = this.opening.get(address) ?? this.connect(primary);
    this.opening.set(address, opening);
    return opening;
  }

  private async connect(primary: Server): Promise<SubscriberConnection> {
    const { address } = primary;
    try {
      const connection = await this.open(primary);
      this.opening.delete(address);
      this.failures.delete(address);
      if (!connection.isLost) this.connections.set(address, connection);
      if (this.closed.signal.aborted) connection.disconnect();
      return connection;
    } catch (error) {
      void this.delayNext(address, error);
      throw error;
    }
  }

  private async delayNext(address: string, error: unknown): Promise<void> {
    const failures = this.failures.get(address) ?? 0;
    this.failures.set(address, failures + 1);
    await backOff(failures, error, this.closed.signal);
    this.opening.delete(address);
  }

  private open(primary: Server): Promise<SubscriberConnection> {
    const { node, address } = primary;
    let newest = primary;
    return SubscriberConnection.open(node, this.options, {
      // Only the present connection of the engine retries refused commands.
      capabilities: () => {
        newest = this.primaries().connected.find((server) => server.address === address) ?? newest;
        return newest.capabilities;
      },
      timeoutMs: this.deadlineMs,
      onLost: () => {
        if (this.connections.get(address)?.isLost) this.connections.delete(address);
        this.wake();
      },
    });
  }
}

function newChannel(name: string): Channel {
  return {
    name,
    subscribers: new Set(),
    isLeased: false,
    connection: undefined,
    isRefused: false,
    retryAt: 0,
  };
}
