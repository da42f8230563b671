import type { RedisClientType } from 'redis';
import type { EngineNode } from '../address/engine-url.js';
import { type ConnectionOptions, connectTo, FAILOVER_TIMEOUT_MS } from '../connecting/connect.js';
import { Heartbeat } from '../health/heartbeat.js';

/**
 * A connection that only subscribes. Not the one of the commands: node-redis takes an unsubscription that the server sends
 * on its own for the reply to whichever command waits.
 */
export class SubscriberConnection {
  isLost = false;
  private readonly heartbeat: Heartbeat;
  private readonly leaving = new Map<string, Promise<void>>();

  private constructor(
    readonly address: string,
    private readonly client: RedisClientType,
    private readonly onChange: () => void,
    timeoutMs: number,
  ) {
    this.heartbeat = new Heartbeat({
      probe: () => client.ping(),
      timeoutMs,
      onAnswer: () => undefined,
      onLost: () => this.disconnect(),
    });
  }

  /** @param onChange the connection was lost, or the server has ended subscriptions because their slot has moved. */
  static async open(
    node: EngineNode,
    options: ConnectionOptions,
    { timeoutMs, onChange }: { timeoutMs: number; onChange: () => void },
  ): Promise<SubscriberConnection> {
    const client = await connectTo(node, options, { timeoutMs: FAILOVER_TIMEOUT_MS });
    const connection = new SubscriberConnection(`${node.host}:${node.port}`, client, onChange, timeoutMs);
    client.on('error', () => connection.disconnect());
    // Simpler than to find out which: all subscribe again.
    client.on('sharded-channel-moved', () => connection.disconnect());
    return connection;
  }

  async listen(channel: string, onMessage: (message: string) => void): Promise<void> {
    // node-redis drops a channel's listeners when the server confirms its end, those that came meanwhile as well.
    await this.leaving.get(channel);
    await this.client.sSubscribe(channel, onMessage);
  }

  unsubscribe(channel: string): void {
    const left = this.client
      .sUnsubscribe(channel)
      // The connection is gone, and the subscription with it.
      .catch(() => undefined)
      .finally(() => this.leaving.delete(channel));
    this.leaving.set(channel, left);
  }

  disconnect(): void {
    if (this.isLost) return;
    this.isLost = true;
    this.heartbeat.stop();
    this.client.destroy();
    this.onChange();
  }
}
