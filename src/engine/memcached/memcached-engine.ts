import type { EngineAddress } from '../address/engine-address.js';
import { readTlsFiles } from '../address/engine-tls.js';
import { type Call, type CallCounts, type CallOptions, EngineCalls } from '../calls/engine-calls.js';
import { explainConnectionFailure, isWrongUrl } from '../connecting/connection-failure.js';
import { EngineBase } from '../engine-base.js';
import { EngineError } from '../engine.errors.js';
import type { EngineFacts } from '../engine.wire.js';
import {
  keyCommand,
  MAX_LIFE_SECONDS,
  type MemcachedCommand,
  storageCommand,
  touchCommand,
} from './commands.js';
import { type ClusterNodes, NodeDiscovery } from './node-discovery.js';
import { NodePool } from './node-pool.js';
import type { MemcachedReply } from './reply-parser.js';

export interface StorageOptions extends CallOptions {
  /** Whole seconds, at most 30 days, which is the default. */
  lifeSeconds?: number | undefined;
}

/**
 * Memcached with one or several nodes. The keys are spread by consistent hashing. While a node does not answer, calls for its keys are
 * *refused*; other keys are not affected. With the topology `discovery` a configuration endpoint names the nodes, which can change.
 *
 * Every method rejects with an {@link EngineError} if the call does not succeed within its deadline, and with a TypeError if the key is
 * not 1 to 250 bytes without spaces and control characters. Values have at most a megabyte.
 */
export class MemcachedEngine extends EngineBase {
  private readonly calls: EngineCalls;
  private readonly pool: NodePool;
  private readonly discovery: NodeDiscovery | undefined;
  private discoveryFailure: unknown;
  private clusterVersion = 0;

  constructor(address: EngineAddress, deadlineMs: number) {
    super(address);
    const tls = address.tls && readTlsFiles(address.tls);
    const onChange = () => this.updateState();
    this.calls = new EngineCalls(address.kind, deadlineMs, explainCommandFailure);
    this.pool = new NodePool({ deadlineMs, tls, onChange, onConnect: () => this.connects++ });
    const [endpoint] = address.nodes;
    if (address.topology !== 'discovery' || !endpoint) return;
    this.discovery = new NodeDiscovery(endpoint, {
      deadlineMs,
      tls,
      onNodes: (cluster) => this.useNodes(cluster),
      onFailure: (failure) => this.updateDiscovery(failure),
    });
  }

  override start(): void {
    if (this.discovery) this.discovery.start();
    else this.pool.replace(this.address.nodes);
  }

  override close(): void {
    this.discovery?.close();
    this.pool.close();
    this.markClosed();
  }

  protected override get counts(): CallCounts {
    return this.calls.counts;
  }

  override get facts(): EngineFacts {
    const version = this.pool.nodes.find((node) => node.version)?.version ?? null;
    return { kind: 'memcached', version, role: null };
  }

  /** Resolves with null if the key does not exist. */
  async get(key: string, options?: CallOptions): Promise<Buffer | null> {
    const reply = await this.settle('get', () => keyCommand('get', key), options);
    return reply.kind === 'value' ? reply.value : null;
  }

  /** Stores a value, for at most 30 days. */
  async set(key: string, value: string | Buffer, options: StorageOptions = {}): Promise<void> {
    const { lifeSeconds = MAX_LIFE_SECONDS } = options;
    await this.settle('set', () => storageCommand('set', key, value, lifeSeconds), options);
  }

  /** Resolves with false if the key exists already. */
  async add(key: string, value: string | Buffer, options: StorageOptions = {}): Promise<boolean> {
    const { lifeSeconds = MAX_LIFE_SECONDS } = options;
    const reply = await this.settle('add', () => storageCommand('add', key, value, lifeSeconds), options);
    return isLine(reply, 'STORED');
  }

  /** Resolves with false if the key did not exist. */
  async delete(key: string, options?: CallOptions): Promise<boolean> {
    const reply = await this.settle('delete', () => keyCommand('delete', key), options);
    return isLine(reply, 'DELETED');
  }

  /** Gives the key this life from now on. Resolves with false if the key does not exist. */
  async touch(key: string, lifeSeconds: number, options?: CallOptions): Promise<boolean> {
    const reply = await this.settle('touch', () => touchCommand(key, lifeSeconds), options);
    return isLine(reply, 'TOUCHED');
  }

  /** The node that has this key, as `host:port`. Undefined before the first connection. */
  addressFor(key: string): string | undefined {
    return this.pool.nodeFor(key)?.address;
  }

  private settle(
    name: MemcachedCommand['name'],
    encode: () => MemcachedCommand,
    { deadlineMs }: CallOptions = {},
  ): Promise<MemcachedReply> {
    return this.calls.settle(name, (call) => this.send(encode(), call), deadlineMs);
  }

  private async send(command: MemcachedCommand, call: Call): Promise<MemcachedReply> {
    const node = this.pool.nodeFor(command.key);
    if (!node) throw new EngineError('refused', 'Memcached is not connected, so the call was not sent.');
    const reply = await node.send(command, call);
    if (reply.kind === 'error') throw errorReply(command.name, reply.line);
    return reply;
  }

  private useNodes({ version, nodes }: ClusterNodes): void {
    // The endpoint can lead to a server that does not know the last change. Without any node its answer is used all the same.
    if (version >= this.clusterVersion || !this.isReady) {
      this.clusterVersion = version;
      this.pool.replace(nodes);
    }
    this.updateDiscovery(undefined);
  }

  private updateDiscovery(failure: unknown): void {
    this.discoveryFailure = failure;
    this.updateState();
  }

  private updateState(): void {
    const { nodes } = this.pool;
    const down = nodes.filter(({ isUsable }) => !isUsable);
    if (nodes.length === 0) {
      if (this.discoveryFailure !== undefined) this.setDown(this.discoveryFailure);
    } else if (down.length === nodes.length) {
      this.setDown(down[0]?.failure);
    } else {
      const names = down.map(({ address }) => address).join(', ');
      this.setWriteHealth(null, this.discoveryAdvice);
      this.markReady(names ? `${names} does not answer. Start it, or correct the URL.` : null);
    }
  }

  private get discoveryAdvice(): string | null {
    if (this.discoveryFailure === undefined) return null;
    const reason = explainConnectionFailure(this.discoveryFailure);
    return `Nodes that are added get no keys, because the configuration endpoint does not name them: ${reason}`;
  }

  private setDown(failure: unknown): void {
    this.markDown(explainConnectionFailure(failure), isWrongUrl(failure));
  }
}

function isLine(reply: MemcachedReply, line: string): boolean {
  return reply.kind === 'line' && reply.line === line;
}

/** Only known words of the server are repeated: a proxy could add keys. */
function errorReply(command: string, line: string): EngineError {
  const known = /^SERVER_ERROR (?:object too large for cache|out of memory [a-z ]+)|^[A-Z_]+/.exec(line)?.[0];
  return new EngineError('failed', `Memcached answered ${command} with ${known}.`);
}

function explainCommandFailure(error: unknown, command: string): unknown {
  if (error instanceof EngineError || error instanceof TypeError || error instanceof RangeError) return error;
  return new EngineError('unknown', `Memcached did not complete ${command}.`, { cause: error });
}
