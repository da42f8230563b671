import type { RedisClientType } from 'redis';
import type { EngineNode } from '../address/engine-url.js';
import { type ConnectionOptions, connectTo, FAILOVER_TIMEOUT_MS } from '../connecting/connect.js';
import { Pulse } from '../health/heartbeat.js';

/**
 * A connection that only subscribes. Not the one of the commands: node-redis takes an unsubscription that the server sends
 * on its own for the reply to whichever command waits.
 */
export class ListeningConnection {
  isLost = false;
  private readonly pulse: Pulse;
  private readonly leaving = new Map<string, Promise<void>>();

  private constructor(
    readonly address: string,
    private readonly client: RedisClientType,
    private readonly onChange: () => void,
    patienceMs: number,
  ) {
    this.pulse = new Pulse({
      ask: () => client.ping(),
      patienceMs,
      onAnswer: () => undefined,
      onLost: () => this.lose(),
    });
  }

  /** @param onChange the connection was lost, or the server has ended subscriptions because their slot has moved. */
  static async open(
    node: EngineNode,
    options: ConnectionOptions,
    { patienceMs, onChange }: { patienceMs: number; onChange: () => void },
  ): Promise<ListeningConnection> {
    const client = await connectTo(node, options, { timeoutMs: FAILOVER_TIMEOUT_MS });
    const connection = new ListeningConnection(`${node.host}:${node.port}`, client, onChange, patienceMs);
    client.on('error', () => connection.lose());
    // Simpler than to find out which: all subscribe again.
    client.on('sharded-channel-moved', () => connection.lose());
    return connection;
  }

  async listen(channel: string, onMessage: (message: string) => void): Promise<void> {
    // node-redis drops a channel's listeners when the server confirms its end, those that came meanwhile as well.
    await this.leaving.get(channel);
    await this.client.sSubscribe(channel, onMessage);
  }

  endListening(channel: string): void {
    const left = this.client
      .sUnsubscribe(channel)
      // The connection is gone, and the subscription with it.
      .catch(() => undefined)
      .finally(() => this.leaving.delete(channel));
    this.leaving.set(channel, left);
  }

  lose(): void {
    if (this.isLost) return;
    this.isLost = true;
    this.pulse.stop();
    this.client.destroy();
    this.onChange();
  }
}
