import type { RedisClientType } from 'redis';
import type { EngineNode } from '../address/engine-address.js';
import type { Capabilities } from '../capabilities/capabilities.js';
import { type ConnectionOptions, connectTo, FAILOVER_TIMEOUT_MS } from '../connecting/connect.js';
import { Heartbeat } from '../health/heartbeat.js';
import { LiveProof } from './live-proof.js';

interface SubscriberOptions {
  timeoutMs: number;
  /** What the server allows now. */
  capabilities: () => Capabilities;
  /** Called once, also when the server ended subscriptions because their slot has moved. */
  onLost: () => void;
}

interface SubscriptionRequest {
  name: string;
  /** Undefined where the server has all slots. */
  slot: number | undefined;
  isLeased: boolean;
  onMessage: (message: string) => void;
}

/**
 * A connection for subscriptions only. When a slot moves, the server sends an unsubscription, which node-redis would take for the
 * reply to a pending command.
 */
export class SubscriberConnection {
  isLost = false;
  private readonly proof: LiveProof;
  private readonly heartbeat: Heartbeat;
  private readonly unsubscribing = new Map<string, Promise<void>>();
  private lastProof: Promise<void> = Promise.resolve();
  private nextProof: Promise<void> | undefined;
  private readonly lost: Promise<never>;
  private readonly onLost: () => void;
  private rejectLost: (error: Error) => void = () => undefined;

  private constructor(
    readonly address: string,
    private readonly client: RedisClientType,
    { timeoutMs, capabilities, onLost }: SubscriberOptions,
  ) {
    this.onLost = onLost;
    this.proof = new LiveProof(client, capabilities);
    this.lost = new Promise((_resolve, reject) => (this.rejectLost = reject));
    this.lost.catch(() => undefined);
    this.heartbeat = new Heartbeat({
      probe: () => this.prove(),
      timeoutMs,
      onAnswer: () => undefined,
      onLost: () => this.disconnect(),
    });
    this.heartbeat.start();
  }

  static async open(
    node: EngineNode,
    options: ConnectionOptions,
    subscriber: SubscriberOptions,
  ): Promise<SubscriberConnection> {
    const client = await connectTo(node, options, FAILOVER_TIMEOUT_MS);
    const connection = new SubscriberConnection(`${node.host}:${node.port}`, client, subscriber);
    client.on('error', () => connection.disconnect());
    // All channels subscribe again, which is simpler than finding out which of them moved.
    client.on('sharded-channel-moved', () => connection.disconnect());
    return connection;
  }

  /** Resolves when the server has confirmed it. Only {@link prove} shows that it is a primary. */
  async subscribe({ name, slot, isLeased, onMessage }: SubscriptionRequest): Promise<void> {
    // When the server confirms an unsubscription, node-redis drops all listeners of the channel, including newer ones.
    await this.unsubscribing.get(name);
    await this.proof.watch(slot, name, isLeased);
    try {
      await this.client.sSubscribe(name, onMessage);
    } catch (error) {
      this.proof.unwatch(slot, name);
      throw error;
    }
  }

  unsubscribe(name: string, slot: number | undefined): void {
    this.proof.unwatch(slot, name);
    const done = this.client
      .sUnsubscribe(name)
      // Without a connection there is no subscription either.
      .catch(() => undefined)
      .finally(() => this.unsubscribing.delete(name));
    this.unsubscribing.set(name, done);
  }

  /**
   * Proves the present subscriptions. Callers at the same time share a proof. Rejects if one of them is lost, and resolves without a
   * proof if the server refuses a command that it needs.
   */
  prove(): Promise<void> {
    if (this.nextProof) return this.nextProof;
    const proof = this.lastProof.then(() => {
      this.nextProof = undefined;
      return Promise.race([this.proof.renew(), this.lost]);
    });
    this.nextProof = proof;
    this.lastProof = proof.catch(() => this.disconnect());
    return proof;
  }

  /** When the subscriptions in a slot were certainly active (`performance.now()`). */
  liveAt(slot: number | undefined): number {
    return this.isLost ? Number.NEGATIVE_INFINITY : this.proof.liveAt(slot);
  }

  /** From now on every proof covers this slot. */
  lease(slot: number | undefined): void {
    this.proof.lease(slot);
  }

  cannotProve(slot: number | undefined): boolean {
    return this.proof.cannotProve(slot);
  }

  disconnect(): void {
    if (this.isLost) return;
    this.isLost = true;
    this.rejectLost(new Error('The connection was lost.'));
    this.heartbeat.stop();
    this.client.destroy();
    this.onLost();
  }
}
