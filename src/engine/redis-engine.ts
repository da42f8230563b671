import {
  type RedisArgument,
  type RedisClientType,
  type RedisFunctions,
  type RedisModules,
  type RedisScripts,
  RESP_TYPES,
  type TypeMapping,
} from 'redis';
import type { EngineAddress } from './address/engine-address.js';
import type { CallCounts, CallOptions } from './calls/engine-calls.js';
import type { RoleCommand } from './capabilities/command-use.js';
import { CommandSender } from './commands/command-sender.js';
import type { CommandOptions } from './commands/engine-client.js';
import { createEngineClient } from './commands/engine-client.js';
import type { EngineScript } from './commands/engine-script.js';
import { EngineBase } from './engine-base.js';
import type { EngineFacts, MissingCommand } from './engine.wire.js';
import {
  INVALIDATE,
  type InvalidationFeed,
  type InvalidationListener,
  MOST_INVALIDATED,
  openFeed,
} from './push/invalidations.js';
import { type Subscriber, Subscriptions } from './push/subscriptions.js';
import { notifyAll } from './push/notify-all.js';
import { Cluster } from './topology/cluster.js';
import { connectionOptions } from './connecting/connect.js';
import { explainConnectionFailure, isWrongUrl } from './connecting/connection-failure.js';
import { commonSlot, keySlot } from './topology/key-slot.js';
import { SinglePrimary } from './topology/single-primary.js';
import type { Primaries } from './topology/primaries.js';

const AS_BUFFERS: TypeMapping = { [RESP_TYPES.BLOB_STRING]: Buffer };

/** A node-redis client that returns strings as Buffers. */
export type BinaryClient = RedisClientType<
  RedisModules,
  RedisFunctions,
  RedisScripts,
  3,
  { [RESP_TYPES.BLOB_STRING]: BufferConstructor }
>;

/** Options of one call or client; see {@link RedisEngine.clientWith}. */
export interface ReplyOptions extends CallOptions {
  /** `binary`: strings are returned as Buffers. */
  replies?: 'text' | 'binary';
}

/**
 * Redis or Valkey: standalone, with Sentinel or as a cluster. Stores use commands, batches, scripts, pub/sub and invalidations; the
 * engine finds the servers and the current primary.
 */
export class RedisEngine extends EngineBase {
  /**
   * A node-redis client. Each command settles within the deadline and rejects with {@link EngineError}. A command or batch with
   * several keys needs the same hash tag in all of them ({@link CrossSlotError}), except DEL, UNLINK, EXISTS, TOUCH and MGET.
   */
  readonly client: RedisClientType;
  private readonly primaries: Primaries;
  private readonly sender: CommandSender;
  private readonly subscriptions: Subscriptions;
  private readonly readyListeners: (() => void)[] = [];
  private readonly commands: RoleCommand[] = [];
  /** Which shards have no primary. */
  private missing: string | null = null;

  constructor(address: EngineAddress, deadlineMs: number) {
    super(address);
    const connection = connectionOptions(address);
    const primaries = () => this.primaries;
    this.subscriptions = new Subscriptions(primaries, connection, deadlineMs);
    const Layout = address.topology === 'cluster' ? Cluster : SinglePrimary;
    const options = {
      connection,
      deadlineMs,
      onConnect: () => this.connects++,
      commands: () => this.commands,
      closingCommands: new Map(),
      onStateChange: () => this.updateState(),
    };
    this.primaries = new Layout(address, options, {
      onReady: (reason, hasChanged) => this.handleReady(reason, hasChanged),
      onDown: (error) => this.handleDown(error),
      onInterruption: () => this.subscriptions.wake(),
    });
    this.sender = new CommandSender(this.primaries, address.kind, deadlineMs);
    this.client = createEngineClient(this.sender, () => this.isReady);
  }

  /** Names commands that a role uses. Health reports those that the servers refuse. Call it before the engine is started. */
  declareCommands(commands: readonly RoleCommand[]): void {
    this.commands.push(...commands);
  }

  /** False if a connected server refuses a declared command. */
  allows(command: string): boolean {
    return this.primaries.connected.every(({ capabilities }) => capabilities.allows(command));
  }

  /** The number of replicas that were connected to a key's primary a moment ago. Null if it is unknown. */
  replicasOf(key: string): number | null {
    return this.primaries.forSlot(keySlot(key))?.replicas ?? null;
  }

  override start(): void {
    this.primaries.start();
  }

  override close(): void {
    this.subscriptions.close();
    this.primaries.close();
    this.markClosed();
  }

  /** The same client with another deadline, or with Buffers as replies. */
  clientWith(options: CallOptions & { replies: 'binary' }): BinaryClient;
  clientWith(options: ReplyOptions): RedisClientType;
  clientWith(options: ReplyOptions): RedisClientType | BinaryClient {
    return this.client.withCommandOptions(commandOptions(options));
  }

  /**
   * Runs a script atomically. All its keys must have the same hash tag.
   *
   * @throws {CrossSlotError} if they do not.
   * @throws {EngineError} if the call does not succeed.
   */
  run(
    script: EngineScript,
    keys: RedisArgument[],
    args: RedisArgument[],
    options: ReplyOptions = {},
  ): Promise<unknown> {
    return this.sender.sendScript(script, keys, args, commandOptions(options));
  }

  /** Subscribes to a channel (sharded pub/sub, at most once delivery). Returns a function that ends the subscription. */
  subscribe(channel: string, subscriber: Subscriber): () => void {
    const subscription = this.subscriptions.add(channel, subscriber);
    return () => subscription.end();
  }

  /** Publishes a message, if the server allows it. Resolves with the number of connections that received it from the channel's primary. */
  publish(channel: string, message: string): Promise<number> {
    if (!this.allows('SPUBLISH')) return Promise.resolve(0);
    return this.client.sPublish(channel, message);
  }

  /**
   * Reports the keys that {@link invalidate} deletes, on any node, with one of these channels. Not coherent while the server of one of
   * them is down.
   */
  invalidations(channels: readonly string[], listener: InvalidationListener): InvalidationFeed {
    return openFeed(this.subscriptions, channels, listener);
  }

  /**
   * Deletes keys and reports them to all feeds of the channel. When it resolves, every feed has been sent the keys. A key that does not
   * exist is reported too. Keys contain no spaces.
   *
   * @throws {CrossSlotError} if the keys and the channel have different hash tags.
   * @throws {EngineError} if a call does not succeed.
   */
  async invalidate(channel: string, keys: readonly string[]): Promise<void> {
    commonSlot(INVALIDATE.name, [channel, ...keys]);
    const parts = Array.from({ length: Math.ceil(keys.length / MOST_INVALIDATED) }, (_, i) =>
      keys.slice(i * MOST_INVALIDATED, (i + 1) * MOST_INVALIDATED),
    );
    await Promise.all(parts.map((part) => this.run(INVALIDATE, part, [channel])));
  }

  /** Calls the listener after each connect and reconnect: data that was in the engine before may be gone. */
  onReady(listener: () => void): void {
    this.readyListeners.push(listener);
  }

  protected override get counts(): CallCounts {
    return this.sender.counts;
  }

  override get facts(): EngineFacts {
    const facts = this.primaries.connected[0]?.facts;
    return {
      kind: facts?.kind ?? this.address.kind,
      version: facts?.version ?? null,
      role: facts ? 'primary' : null,
    };
  }

  private handleReady(reason: string | null, hasChanged: boolean): void {
    this.missing = reason;
    this.updateState();
    if (hasChanged) notifyAll(this.readyListeners, (listener) => listener());
  }

  /** Derives the state from the connections and their breakers. */
  private updateState(): void {
    const { connected: open } = this.primaries;
    const silent = open.filter(({ queue }) => queue.breaker.isOpen);
    const silence =
      silent.length > 0
        ? `${silent.map(({ address }) => address).join(', ')} does not answer in time. Probing again.`
        : null;
    this.setWriteHealth(
      summarize(open.map(({ address, writes }) => [address, writes.refusal])),
      summarize(open.map(({ address, facts }) => [address, facts.advice])),
    );
    this.setMissingCommands(unionOf(open.map(({ capabilities }) => capabilities.missing)));
    if (open.length > silent.length) this.markReady(this.missing ?? silence);
    else if (silence) this.markDown(silence);
  }

  private handleDown(error: unknown): void {
    this.missing = null;
    this.setWriteHealth(null, null);
    this.markDown(explainConnectionFailure(error), isWrongUrl(error));
  }
}

/** Maps the options to those of node-redis. */
function commandOptions({ deadlineMs, replies }: ReplyOptions): CommandOptions {
  return {
    ...(deadlineMs !== undefined && { timeout: deadlineMs }),
    ...(replies === 'binary' && { typeMapping: AS_BUFFERS }),
  };
}

/** The message of the first server that has one, and the number of other servers with a message. */
function summarize(messages: [address: string, text: string | null][]): string | null {
  const [first, ...others] = messages.filter(([, text]) => text !== null);
  if (!first) return null;
  return `${first.join(' ')}${others.length > 0 ? ` The same applies to ${others.length} more.` : ''}`;
}

/** Servers of one engine usually refuse the same commands. */
function unionOf(missing: MissingCommand[][]): MissingCommand[] {
  return [...new Map(missing.flat().map((refused) => [refused.command + refused.cost, refused])).values()];
}
