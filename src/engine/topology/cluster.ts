import { setTimeout as delay } from 'node:timers/promises';
import type { EngineAddress, EngineNode } from '../address/engine-url.js';
import { addressOf, ClusterMap, readClusterMap } from './cluster-map.js';
import { backOff, backoffMs } from '../connecting/backoff.js';
import { connectTo, FAILOVER_TIMEOUT_MS, withinTime } from '../connecting/connect.js';
import { PollInterval } from '../connecting/poll-interval.js';
import { Server, type ServerOptions } from '../servers/server.js';
import type { Redirection, Primaries, PrimariesListener } from './primaries.js';

/** How often the map is read again while every shard is served, and while one is not. */
const REFRESH_MS = 250;
const SEARCH_MS = 100;
/** More opinions would not make it truer. */
const NODES_ASKED = 3;

/**
 * A cluster as an address book: the map says which primary has a slot, and each primary is one plain connection. A lost or
 * silent one costs its own shard's calls only; the others are asked for the map until it names its successor.
 *
 * Not node-redis' cluster client: it does not notice a paused primary, keeps transactions for a node that is away and sends
 * them when it is back, and waits for a connection longer than a call may last (docs/decisions/0006).
 */
export class Cluster implements Primaries {
  readonly hasSlots = true;
  confirmedAt = Number.NEGATIVE_INFINITY;
  private readonly stopped = new AbortController();
  private readonly servers = new Map<string, Server>();
  private readonly opening = new Map<string, Promise<Server | undefined>>();
  /** Not to be asked again before that time, as of `performance.now()`. */
  private readonly retryAt = new Map<string, number>();
  private lastFailure: unknown = new Error('timeout: its primaries are not connected yet');
  private map = new ClusterMap([]);
  private hasChanged = false;
  /** Whether a MOVED has changed the map since it was read. */
  private hasMoved = false;
  /** A MOVED, or the loss of a server, is a reason for it. */
  private readonly pollInterval = new PollInterval();

  constructor(
    private readonly address: EngineAddress,
    private readonly options: ServerOptions,
    private readonly listener: PrimariesListener,
  ) {}

  get connected(): readonly Server[] {
    return [...this.servers.values()];
  }

  get isComplete(): boolean {
    return this.unservedShards() === 0 && this.connected.every(({ isLost }) => !isLost);
  }

  start(): void {
    void this.stayConnected();
  }

  close(): void {
    this.stopped.abort();
    for (const server of this.connected) server.disconnect(new Error('The engine was closed.'));
    this.servers.clear();
  }

  forSlot(slot: number | undefined): Server | undefined {
    if (slot === undefined) return this.connected.find((server) => server.isUsable);
    return this.servers.get(this.map.addressOf(slot) ?? '');
  }

  async redirect({ kind, slot, node }: Redirection): Promise<Server | undefined> {
    if (kind === 'MOVED') {
      this.map.move(slot, node);
      this.hasMoved = true;
      this.pollInterval.wake();
    }
    return this.servers.get(addressOf(node)) ?? this.connect(node);
  }

  private async stayConnected(): Promise<void> {
    const { signal } = this.stopped;
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.apply(await this.readMap());
        failures = 0;
        await this.pollInterval.after(this.unservedShards() === 0 ? REFRESH_MS : SEARCH_MS, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (this.servers.size === 0) this.listener.onDown(error);
        await backOff(failures++, error, signal);
      }
    }
  }

  /** What most of the nodes that are asked say. */
  private async readMap(): Promise<ClusterMap> {
    const asked = this.connected.filter(({ isUsable }) => isUsable).toSorted(() => Math.random() - 0.5);
    if (asked.length === 0) return this.discoverMap();
    const looks = asked
      .slice(0, NODES_ASKED)
      .map(({ client, node }) => withinTime(this.options.deadlineMs, readClusterMap(client, node)));
    const maps = (await Promise.allSettled(looks)).flatMap((look) =>
      look.status === 'fulfilled' ? [look.value] : [],
    );
    const votes = (map: ClusterMap) =>
      maps.filter(({ fingerprint }) => fingerprint === map.fingerprint).length;
    const [winner] = maps.toSorted((one, other) => votes(other) - votes(one));
    return winner ?? this.discoverMap();
  }

  /** From any node that was ever named, when no connection is left. */
  private async discoverMap(): Promise<ClusterMap> {
    const named = [...this.address.nodes, ...this.map.primaries.values()];
    const nodes = new Map(named.map((node) => [addressOf(node), node]));
    const ask = async (node: EngineNode) => {
      const client = await connectTo(node, this.options.connection, { timeoutMs: FAILOVER_TIMEOUT_MS });
      try {
        return await withinTime(FAILOVER_TIMEOUT_MS, readClusterMap(client, node));
      } finally {
        client.destroy();
      }
    };
    return Promise.any([...nodes.values()].map(ask));
  }

  private async apply(map: ClusterMap): Promise<void> {
    const isAnother = map.fingerprint !== this.map.fingerprint || this.hasMoved;
    if (isAnother) this.map = map;
    this.hasMoved = false;
    const missing = [...map.primaries.values()].filter((node) => !this.servers.has(addressOf(node)));
    const connecting = Promise.all(missing.map((node) => this.connect(node)));
    // One that is paused must not keep us from seeing its successor.
    await Promise.race([connecting, delay(this.servers.size === 0 ? FAILOVER_TIMEOUT_MS : SEARCH_MS)]);
    for (const server of this.connected) if (!map.primaries.has(server.address)) this.retire(server);
    this.confirmedAt = performance.now();
    if (isAnother) this.interrupted();
    this.reportState();
  }

  private reportState(): void {
    const lost = this.unservedShards();
    const shards = this.map.primaries.size;
    if (shards === 0) throw new Error('NOSLOTS the cluster serves no slots');
    if (lost === shards) throw this.lastFailure as Error;
    const reason = `${lost} of ${shards} shards are not served: no connection to their primaries. Start them, or wait for a promotion.`;
    this.listener.onReady(lost === 0 ? null : reason, this.hasChanged);
    this.hasChanged = false;
  }

  private unservedShards(): number {
    return [...this.map.primaries.keys()].filter((address) => !this.servers.has(address)).length;
  }

  private interrupted(): void {
    this.hasChanged = true;
    this.listener.onInterruption();
  }

  /** Undefined if it cannot be connected now; a later look tries again. */
  private connect(node: EngineNode): Promise<Server | undefined> {
    const address = addressOf(node);
    const there = this.servers.get(address);
    if (there || performance.now() < (this.retryAt.get(address) ?? 0)) return Promise.resolve(there);
    const opening =
      this.opening.get(address) ?? this.openServer(node).finally(() => this.opening.delete(address));
    this.opening.set(address, opening);
    return opening;
  }

  private async openServer(node: EngineNode): Promise<Server | undefined> {
    const address = addressOf(node);
    try {
      const server = await Server.open(node, this.options, FAILOVER_TIMEOUT_MS);
      if (this.stopped.signal.aborted) server.disconnect(undefined);
      this.servers.set(address, server);
      this.retryAt.delete(address);
      void server.lost.then((failure) => this.forget(server, failure));
      this.interrupted();
      return server;
    } catch (error) {
      this.lastFailure = error;
      this.retryAt.set(address, performance.now() + backoffMs(1, error));
      return undefined;
    }
  }

  private forget(server: Server, failure: unknown): void {
    if (this.stopped.signal.aborted || this.servers.get(server.address) !== server) return;
    this.servers.delete(server.address);
    this.lastFailure = failure;
    this.interrupted();
    this.pollInterval.wake();
  }

  /** It has no slots any more; what it was asked may still be answered. */
  private retire(server: Server): void {
    this.servers.delete(server.address);
    setTimeout(() => server.disconnect(undefined), this.options.deadlineMs).unref();
  }
}
