import type { RedisClientType } from 'redis';
import type { EngineNode } from '../address/engine-address.js';
import { type ConnectionOptions, connectTo, FAILOVER_TIMEOUT_MS } from '../connecting/connect.js';
import { Heartbeat } from '../health/heartbeat.js';

/**
 * A connection for subscriptions only. When a slot moves, the server sends an unsubscription, which node-redis would take for the
 * reply to a pending command.
 */
export class SubscriberConnection {
  isLost = false;
  private readonly heartbeat: Heartbeat;
  private readonly unsubscribing = new Map<string, Promise<void>>();

  private constructor(
    readonly address: string,
    private readonly client: RedisClientType,
    private readonly onLost: () => void,
    timeoutMs: number,
  ) {
    this.heartbeat = new Heartbeat({
      probe: () => client.ping(),
      timeoutMs,
      onAnswer: () => undefined,
      onLost: () => this.disconnect(),
    });
  }

  /** @param onLost called once, also when the server ended subscriptions because their slot has moved. */
  static async open(
    node: EngineNode,
    options: ConnectionOptions,
    { timeoutMs, onLost }: { timeoutMs: number; onLost: () => void },
  ): Promise<SubscriberConnection> {
    const client = await connectTo(node, options, { timeoutMs: FAILOVER_TIMEOUT_MS });
    const connection = new SubscriberConnection(`${node.host}:${node.port}`, client, onLost, timeoutMs);
    client.on('error', () => connection.disconnect());
    // All channels subscribe again, which is simpler than finding out which of them moved.
    client.on('sharded-channel-moved', () => connection.disconnect());
    return connection;
  }

  async subscribe(channel: string, onMessage: (message: string) => void): Promise<void> {
    // When the server confirms an unsubscription, node-redis drops all listeners of the channel, including newer ones.
    await this.unsubscribing.get(channel);
    await this.client.sSubscribe(channel, onMessage);
  }

  unsubscribe(channel: string): void {
    const done = this.client
      .sUnsubscribe(channel)
      // Without a connection there is no subscription either.
      .catch(() => undefined)
      .finally(() => this.unsubscribing.delete(channel));
    this.unsubscribing.set(channel, done);
  }

  disconnect(): void {
    if (this.isLost) return;
    this.isLost = true;
    this.heartbeat.stop();
    this.client.destroy();
    this.onLost();
  }
}
