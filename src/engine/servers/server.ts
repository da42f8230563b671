import type { RedisClientType } from 'redis';
import type { EngineNode } from '../address/engine-address.js';
import { type ConnectionOptions, connectTo, answerWithin } from '../connecting/connect.js';
import { Heartbeat } from '../health/heartbeat.js';
import {
  NotPrimaryError,
  readServerFacts,
  requirePrimary,
  type ServerFacts,
} from '../health/server-facts.js';
import { WriteProbe } from '../health/write-probe.js';
import { CommandQueue } from './command-queue.js';

export interface ServerOptions {
  connection: ConnectionOptions;
  /** Time limit for an answer to the heartbeat. */
  deadlineMs: number;
  onConnect: () => void;
  /** The breaker opened or closed, or the server started or stopped refusing writes. */
  onStateChange: () => void;
}

/**
 * A connection to one primary. It is used until it is lost and never repaired: `lost` resolves with the reason, and the topology
 * opens the next one.
 */
export class Server {
  readonly queue: CommandQueue;
  readonly heartbeat: Heartbeat;
  readonly writes: WriteProbe;
  readonly lost: Promise<unknown>;
  facts: ServerFacts = { kind: null, version: null, isCluster: false, advice: null };
  private resolveLost: (error: unknown) => void = () => undefined;

  private constructor(
    readonly node: EngineNode,
    readonly client: RedisClientType,
    private readonly options: ServerOptions,
  ) {
    this.lost = new Promise((resolve) => (this.resolveLost = resolve));
    this.queue = new CommandQueue(client, {
      onBreakerChange: options.onStateChange,
      onReadOnly: () => this.disconnect(new NotPrimaryError('replica')),
      onStuck: () => this.disconnect(new Error('SILENT the server accepts no more commands')),
    });
    this.writes = new WriteProbe(client, options.onStateChange);
    this.heartbeat = this.startHeartbeat();
    options.onConnect();
  }

  /** @param timeoutMs limits connecting, and then the handshake. */
  static async open(node: EngineNode, options: ServerOptions, timeoutMs: number): Promise<Server> {
    const client = await connectTo(node, options.connection, timeoutMs);
    const server = new Server(node, client, options);
    client.on('error', (error: unknown) => server.disconnect(error));
    try {
      await answerWithin(timeoutMs, server.handshake());
      return server;
    } catch (error) {
      server.disconnect(error);
      throw error;
    }
  }

  get address(): string {
    return `${this.node.host}:${this.node.port}`;
  }

  get isLost(): boolean {
    return this.queue.isClosed;
  }

  disconnect(reason: unknown): void {
    if (this.isLost) return;
    this.queue.close();
    this.heartbeat.stop();
    this.resolveLost(reason);
    this.client.destroy();
  }

  private async handshake(): Promise<void> {
    const [facts] = await Promise.all([readServerFacts(this.client), this.writes.check()]);
    this.facts = facts;
  }

  private startHeartbeat(): Heartbeat {
    const { client, queue, writes } = this;
    return new Heartbeat({
      probe: () => requirePrimary(client, queue.mark()),
      timeoutMs: this.options.deadlineMs,
      busyUntil: () => queue.busyUntil,
      answers: () => queue.breaker.answers,
      onAnswer: () => {
        queue.breaker.close();
        void writes.check();
      },
      onLost: (error) => this.disconnect(error),
    });
  }
}
