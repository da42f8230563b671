import {
  type RedisArgument,
  type RedisClientType,
  type RedisFunctions,
  type RedisModules,
  type RedisScripts,
  RESP_TYPES,
  type TypeMapping,
} from 'redis';
import type { EngineAddress } from './address/engine-url.js';
import type { CallCounts, CallOptions } from './calls/engine-calls.js';
import { CommandSender } from './commands/command-sender.js';
import type { CommandOptions } from './commands/engine-client.js';
import { createEngineClient } from './commands/engine-client.js';
import type { EngineScript } from './commands/engine-script.js';
import { EngineBase } from './engine-base.js';
import type { EngineFacts } from './engine.wire.js';
import { Invalidations, type InvalidationFeed, type InvalidationListener } from './push/invalidations.js';
import { type Subscriber, Subscriptions } from './push/subscriptions.js';
import { notifyAll } from './push/notify-all.js';
import { Cluster } from './topology/cluster.js';
import { connectionOptions } from './connecting/connect.js';
import { explainConnectionFailure, isWrongUrl } from './connecting/connection-failure.js';
import { SinglePrimary } from './topology/single-primary.js';
import type { Primaries } from './topology/primaries.js';

const AS_BUFFERS: TypeMapping = { [RESP_TYPES.BLOB_STRING]: Buffer };

/** A client whose strings are Buffers. */
export type BinaryClient = RedisClientType<
  RedisModules,
  RedisFunctions,
  RedisScripts,
  3,
  { [RESP_TYPES.BLOB_STRING]: BufferConstructor }
>;

export interface ReplyOptions extends CallOptions {
  /** `binary`: strings come as Buffers. */
  replies?: 'text' | 'binary';
}

/**
 * Redis or Valkey, standalone, behind sentinels or clustered. Stores see commands, batches, scripts and pushes; where the
 * servers are, and which of them is the primary now, is the engine's own affair.
 */
export class RedisEngine extends EngineBase {
  /**
   * node-redis' commands, each within the deadline; they reject with {@link EngineError}. A command of several keys, or a
   * batch, needs one hash tag for all ({@link CrossSlotError}); DEL, UNLINK, EXISTS, TOUCH and MGET do not.
   */
  readonly client: RedisClientType;
  private readonly primaries: Primaries;
  private readonly sender: CommandSender;
  private readonly invalidated: Invalidations;
  private readonly subscriptions: Subscriptions;
  private readonly readyListeners: (() => void)[] = [];
  /** What of the layout is not served. */
  private missing: string | null = null;

  constructor(address: EngineAddress, deadlineMs: number) {
    super(address);
    const connection = connectionOptions(address);
    const primaries = () => this.primaries;
    this.invalidated = new Invalidations(primaries);
    this.subscriptions = new Subscriptions(primaries, connection, deadlineMs);
    const Layout = address.topology === 'cluster' ? Cluster : SinglePrimary;
    const options = {
      connection,
      deadlineMs,
      prefixes: () => this.invalidated.prefixes,
      onInvalidated: (key: Buffer | null) => this.invalidated.invalidate(key),
      onConnect: () => this.connects++,
      onStateChange: () => this.updateState(),
    };
    this.primaries = new Layout(address, options, {
      onReady: (reason, hasChanged) => this.handleReady(reason, hasChanged),
      onDown: (error) => this.handleDown(error),
      onInterruption: () => this.invalidated.interrupt(),
    });
    this.sender = new CommandSender(this.primaries, address.kind, deadlineMs);
    this.client = createEngineClient(this.sender, () => this.isReady);
  }

  override start(): void {
    this.primaries.start();
  }

  override close(): void {
    this.subscriptions.close();
    this.primaries.close();
    this.markClosed();
  }

  /** The same commands with another deadline, or with Buffers for replies. */
  clientWith(options: CallOptions & { replies: 'binary' }): BinaryClient;
  clientWith(options: ReplyOptions): RedisClientType;
  clientWith(options: ReplyOptions): RedisClientType | BinaryClient {
    return this.client.withCommandOptions(commandOptions(options));
  }

  /** Runs a script atomically; of its keys, all share one hash tag. */
  run(
    script: EngineScript,
    keys: RedisArgument[],
    args: RedisArgument[],
    options: ReplyOptions = {},
  ): Promise<unknown> {
    return this.sender.sendScript(script, keys, args, commandOptions(options));
  }

  /** Hears what any node publishes on a channel, at most once each. @returns how to end it. */
  subscribe(channel: string, subscriber: Subscriber): () => void {
    return this.subscriptions.add(channel, subscriber);
  }

  /** @returns how many connections of the channel's primary heard it. */
  publish(channel: string, message: string): Promise<number> {
    return this.client.sPublish(channel, message);
  }

  /** Tells of each key with the prefix that is written, deleted, or expires, whoever does it; this engine too. */
  invalidations(prefix: string, listener: InvalidationListener): InvalidationFeed {
    return this.invalidated.open(prefix, listener);
  }

  /** Calls back at every (re)connection; what was in the engine before may be gone. */
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

  /** Whether calls can be sent somewhere, as connections and breakers stand. */
  private updateState(): void {
    const { connected: open } = this.primaries;
    const silent = open.filter(({ queue }) => queue.breaker.isOpen);
    const silence =
      silent.length > 0
        ? `${silent.map(({ address }) => address).join(', ')} does not answer in time. Asking again.`
        : null;
    this.setWriteHealth(
      sentence(open.map(({ address, writes }) => [address, writes.refusal])),
      sentence(open.map(({ address, facts }) => [address, facts.advice])),
    );
    if (open.length > silent.length) this.markReady(this.missing ?? silence);
    else if (silence) this.markDown(silence);
  }

  private handleDown(error: unknown): void {
    this.missing = null;
    this.setWriteHealth(null, null);
    this.markDown(explainConnectionFailure(error), isWrongUrl(error));
  }
}

/** In node-redis' terms. */
function commandOptions({ deadlineMs, replies }: ReplyOptions): CommandOptions {
  return {
    ...(deadlineMs !== undefined && { timeout: deadlineMs }),
    ...(replies === 'binary' && { typeMapping: AS_BUFFERS }),
  };
}

/** One sentence for the first server that something is to be said of, and how many others there are. */
function sentence(said: [address: string, predicate: string | null][]): string | null {
  const [first, ...others] = said.filter(([, predicate]) => predicate !== null);
  if (!first) return null;
  return `${first.join(' ')}${others.length > 0 ? ` So it is on ${others.length} more.` : ''}`;
}
