import type { RedisClientType } from 'redis';
import type { EngineNode } from '../address/engine-address.js';
import { Capabilities } from '../capabilities/capabilities.js';
import { ClosingCommands } from '../capabilities/closing-commands.js';
import { ENGINE_COMMANDS, type RoleCommand } from '../capabilities/command-use.js';
import { commandsToRetry, tryCommands } from '../capabilities/try-commands.js';
import { answerWithin, type ConnectionOptions, connectTo, speaksResp3 } from '../connecting/connect.js';
import { Heartbeat } from '../health/heartbeat.js';
import {
  FACT_COMMANDS,
  NotPrimaryError,
  readServerFacts,
  requirePrimary,
  type SendCheck,
  type ServerFacts,
} from '../health/server-facts.js';
import { WriteProbe } from '../health/write-probe.js';
import { CommandQueue } from './command-queue.js';

export interface ServerOptions {
  connection: ConnectionOptions;
  /** Time limit for an answer to the heartbeat. */
  deadlineMs: number;
  onConnect: () => void;
  /** The commands of the roles. */
  commands: () => readonly RoleCommand[];
  /** By address. They outlive the connections. */
  closingCommands: Map<string, ClosingCommands>;
  /** The breaker opened or closed, or the server started or stopped refusing writes or a command. */
  onStateChange: () => void;
}

/**
 * A connection to one primary. It is used until it is lost and never repaired: `lost` resolves with the reason, and the topology
 * opens the next one.
 */
export class Server {
  readonly queue: CommandQueue;
  readonly capabilities: Capabilities;
  readonly heartbeat: Heartbeat;
  readonly writes: WriteProbe;
  readonly lost: Promise<unknown>;
  /** In the time of `performance.now()`. */
  readonly openedAt = performance.now();
  facts: ServerFacts = { kind: null, version: null, isCluster: false, advice: null };
  /** Connected replicas; null if the server does not say. */
  replicas: number | null = null;
  private readonly closingCommands: ClosingCommands;
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
    this.closingCommands = options.closingCommands.get(this.address) ?? new ClosingCommands();
    options.closingCommands.set(this.address, this.closingCommands);
    this.capabilities = new Capabilities(this.closingCommands, options.onStateChange);
    this.writes = new WriteProbe(client, this.capabilities, options.onStateChange);
    this.heartbeat = this.createHeartbeat();
    options.onConnect();
  }

  /** @param timeoutMs limits connecting, and then the handshake. */
  static async open(node: EngineNode, options: ServerOptions, timeoutMs: number): Promise<Server> {
    const client = await connectTo(node, options.connection, timeoutMs);
    const server = new Server(node, client, options);
    client.on('error', (error: unknown) => server.disconnect(error));
    try {
      await answerWithin(timeoutMs, server.handshake());
      server.closingCommands.handshakeSucceeded();
      server.heartbeat.start();
      return server;
    } catch (error) {
      server.disconnect(error);
      // The first reason: pending commands only report that the connection was closed.
      server.closingCommands.handshakeFailed(await server.lost);
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
    const { client, capabilities, options } = this;
    await this.checkProtocol();
    await tryCommands(client, capabilities, options.commands());
    const [facts] = await Promise.all([
      readServerFacts(client, capabilities),
      this.checkRole(),
      this.writes.check(),
    ]);
    this.facts = facts;
  }

  /** Records that HELLO 3 is refused. */
  private async checkProtocol(): Promise<void> {
    if (speaksResp3(this.client)) return;
    const hello = () => this.client.sendCommand(['HELLO', '3']);
    const isAllowed = (await this.capabilities.attempt(ENGINE_COMMANDS.hello, hello)) !== undefined;
    // node-redis does not know that the protocol has changed.
    if (isAllowed) throw new Error('The server now allows HELLO 3, which needs a new connection.');
  }

  /** The heartbeat and the write probe try ROLE and EVAL again themselves. Never rejects. */
  private async retryRefusedCommands(): Promise<void> {
    const { client, capabilities, options } = this;
    if (!capabilities.isRetryDue()) return;
    try {
      if (capabilities.hasExpired(FACT_COMMANDS)) {
        this.facts = await readServerFacts(client, capabilities);
        options.onStateChange();
      }
      await this.retryRoleCommands(commandsToRetry(capabilities, options.commands()));
    } catch {
      // The next retry is due later.
    }
  }

  /** Over another connection, because a transaction here would contain the calls of others. */
  private async retryRoleCommands(commands: readonly RoleCommand[]): Promise<void> {
    if (commands.length === 0) return;
    const { node, capabilities, options } = this;
    const client = await connectTo(node, options.connection, options.deadlineMs);
    const attempts = tryCommands(client, capabilities, commands);
    await answerWithin(options.deadlineMs, attempts).finally(() => client.destroy());
  }

  /** Rejects if the server is not a primary, and counts its replicas. */
  async checkRole(): Promise<void> {
    const send: SendCheck = (...command) => this.client.sendCommand(command);
    this.replicas = await requirePrimary(send, this.capabilities);
  }

  private createHeartbeat(): Heartbeat {
    const { queue, writes } = this;
    return new Heartbeat({
      probe: () => this.checkRole(),
      timeoutMs: this.options.deadlineMs,
      busyUntil: () => queue.busyUntil,
      answers: () => queue.breaker.answers,
      onAnswer: () => {
        queue.breaker.close();
        void writes.check();
        void this.retryRefusedCommands();
      },
      onLost: (error) => this.disconnect(error),
    });
  }
}
