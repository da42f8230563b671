import type { RedisArgument } from 'redis';
import type { EngineAddress } from './address/engine-address.js';
import type { CallCounts } from './calls/engine-calls.js';
import { unionOfMissing } from './capabilities/capabilities.js';
import type { RoleCommand } from './capabilities/command-use.js';
import type { BinaryClient, Command, ReplyOptions } from './commands/command-client.js';
import { CommandSender } from './commands/command-sender.js';
import type { EngineScript } from './commands/engine-script.js';
import { inChunks, readPerSlot, sendPerSlot } from './commands/per-slot.js';
import { EngineBase } from './engine-base.js';
import type { EngineFacts } from './engine.wire.js';
import { ReplicaConfirmation } from './health/replica-confirmation.js';
import { summarize } from './health/summary.js';
import {
  INVALIDATE,
  type InvalidationFeed,
  type InvalidationListener,
  openFeed,
} from './push/invalidations.js';
import { type Subscriber, Subscriptions } from './push/subscriptions.js';
import { notifyAll } from './push/notify-all.js';
import { Cluster } from './topology/cluster.js';
import { answerWithin, connectionOptions } from './connecting/connect.js';
import { explainConnectionFailure, isWrongUrl } from './connecting/connection-failure.js';
import { commonSlot, keySlot } from './topology/key-slot.js';
import { SinglePrimary } from './topology/single-primary.js';
import type { Primaries } from './topology/primaries.js';

/**
 * Redis or Valkey: standalone, with Sentinel or as a cluster. Stores use commands, batches, scripts, pub/sub and invalidations; the
 * engine finds the servers and the current primary.
 */
export class RedisEngine extends EngineBase {
  private readonly primaries: Primaries;
  private readonly sender: CommandSender;
  private readonly subscriptions: Subscriptions;
  private readonly readyListeners: (() => void)[] = [];
  private readonly commands: RoleCommand[] = [];
  private readonly replication: ReplicaConfirmation;

  constructor(
    address: EngineAddress,
    private readonly deadlineMs: number,
  ) {
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
      onReady: (hasChanged) => this.handleReady(hasChanged),
      onDown: (error) => this.handleDown(error),
      onInterruption: () => this.subscriptions.wake(),
    });
    this.sender = new CommandSender(this.primaries, address.kind, deadlineMs);
    this.replication = new ReplicaConfirmation(this.sender, (command) => this.allows(command), deadlineMs);
  }

  /** A cluster: keys with different hash tags may be on different servers. */
  get hasSlots(): boolean {
    return this.primaries.hasSlots;
  }

  /** Names commands that a role uses. Health reports those that the servers refuse. Call it before the engine is started. */
  declareCommands(commands: readonly RoleCommand[]): void {
    this.commands.push(...commands);
  }

  /** False if a connected server refuses a declared command. */
  allows(command: string): boolean {
    return this.primaries.connected.every(({ capabilities }) => capabilities.allows(command));
  }

  /** The number of replicas that are connected to a key's primary. Null if it is unknown. Never rejects. */
  async countReplicas(key: string): Promise<number | null> {
    const server = this.primaries.forSlot(keySlot(key));
    // If the server does not answer, the next call to it fails.
    if (server) await answerWithin(this.deadlineMs, server.checkRole()).catch(() => undefined);
    return server?.replicas ?? null;
  }

  /**
   * Waits until a replica has everything that the primary of a key has, where its writes need a replica (`min-replicas-to-write`). Writes a
   * probe key to the same slot, which expires after a second.
   *
   * @returns false if no replica confirms it in time. null where writes need no replica, or the server refuses INFO or WAIT.
   * @throws {EngineError}
   */
  waitForReplica(key: string): Promise<boolean | null> {
    const slot = keySlot(key);
    return this.replication.wait(key, this.primaries.forSlot(slot)?.address ?? `${slot}`);
  }

  override start(): void {
    this.primaries.start();
  }

  override close(): void {
    this.subscriptions.close();
    this.primaries.close();
    this.markClosed();
  }

  /**
   * Sends one command to the primary of a key: `engine.call(key, (client) => client.get(key))`. The callback gets a node-redis client
   * and sends one command before it returns. Commands that are sent in one turn of the event loop are executed in that order if their
   * keys share a slot.
   *
   * @param keys all keys of the command; `[]` for a command without a key, which any primary executes.
   * @throws {CrossSlotError} if the keys have different hash tags.
   * @throws {EngineError} if the call does not succeed within the deadline.
   */
  call<T>(
    keys: RedisArgument | readonly RedisArgument[],
    command: Command<T, BinaryClient>,
    options: ReplyOptions & { replies: 'binary' },
  ): Promise<T>;
  call<T>(
    keys: RedisArgument | readonly RedisArgument[],
    command: Command<T>,
    options?: ReplyOptions,
  ): Promise<T>;
  call<T>(
    keys: RedisArgument | readonly RedisArgument[],
    command: Command<T, never>,
    options: ReplyOptions = {},
  ): Promise<T> {
    return this.sender.send(keys, command, options);
  }

  /** Reads many keys (MGET), also of several slots. Null for a missing key and for a key of another type. @throws {EngineError} */
  getMany(keys: readonly string[]): Promise<(string | null)[]> {
    const read = (part: string[]) => this.call(part[0] ?? [], (client) => client.mGet(part));
    return readPerSlot(keys, this.primaries.hasSlots, read);
  }

  /** Like {@link getMany}, with Buffers. */
  getManyBinary(keys: readonly string[]): Promise<(Buffer | null)[]> {
    const read = (part: string[]) =>
      this.call(part[0] ?? [], (client) => client.mGet(part), { replies: 'binary' });
    return readPerSlot(keys, this.primaries.hasSlots, read);
  }

  /** Deletes many keys (UNLINK), also of several slots. Returns the number of those that existed. @throws {EngineError} */
  async unlinkMany(keys: readonly string[]): Promise<number> {
    const unlink = (part: string[]) => this.call(part[0] ?? [], (client) => client.unlink(part));
    const replies = await sendPerSlot(keys, this.primaries.hasSlots, unlink);
    return replies.reduce((sum, { reply }) => sum + reply, 0);
  }

  /**
   * Runs a script atomically. All its keys must have the same hash tag.
   *
   * @throws {CrossSlotError} if they do not.
   * @throws {EngineError} if the call does not succeed.
   */
  run(
    script: EngineScript,
    keys: readonly RedisArgument[],
    args: readonly RedisArgument[],
    options: ReplyOptions = {},
  ): Promise<unknown> {
    return this.sender.sendScript(script, keys, args, options);
  }

  /** Subscribes to a channel (sharded pub/sub, at most once delivery). Returns a function that ends the subscription. */
  subscribe(channel: string, subscriber: Subscriber): () => void {
    const subscription = this.subscriptions.add(channel, subscriber);
    return () => subscription.end();
  }

  /** Publishes a message, if the server allows it. Resolves with the number of connections that received it from the channel's primary. */
  publish(channel: string, message: string): Promise<number> {
    if (!this.allows('SPUBLISH')) return Promise.resolve(0);
    return this.call(channel, (client) => client.sPublish(channel, message));
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
    await Promise.all(inChunks(keys).map((part) => this.run(INVALIDATE, part, [channel])));
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

  private handleReady(hasChanged: boolean): void {
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
    this.setMissingCommands(unionOfMissing(open.map(({ capabilities }) => capabilities.missing)));
    if (open.length > silent.length) this.markReady(this.primaries.unservedReason ?? silence);
    else if (silence) this.markDown(silence);
  }

  private handleDown(error: unknown): void {
    this.setWriteHealth(null, null);
    this.markDown(explainConnectionFailure(error), isWrongUrl(error));
  }
}
