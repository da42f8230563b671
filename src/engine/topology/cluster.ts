import { setTimeout as delay } from 'node:timers/promises';
import type { EngineAddress, EngineNode } from '../address/engine-address.js';
import { backOff, backoffMs, isOutdated } from '../connecting/backoff.js';
import { FAILOVER_TIMEOUT_MS } from '../connecting/connect.js';
import { ReconnectGap } from '../connecting/reconnect-gap.js';
import { PollInterval } from '../connecting/poll-interval.js';
import { Server, type ServerOptions } from '../servers/server.js';
import { addressOf, ClusterMap, discoverMap, readMajorityMap } from './cluster-map.js';
import type { Primaries, PrimariesListener, Redirection } from './primaries.js';

/** How often the slot map is read while every shard has a connection, and while one has none. */
const REFRESH_MS = 250;
const SEARCH_MS = 100;

/**
 * A cluster: the slot map says which primary owns a slot, and each primary has one plain connection. A lost or silent primary affects
 * its own shard only; the other nodes are queried until the map names its successor. Why this is not node-redis' cluster client:
 * docs/decisions/0028-plain-clients.md.
 */
export class Cluster implements Primaries {
  readonly hasSlots = true;
  confirmedAt = Number.NEGATIVE_INFINITY;
  private readonly stopped = new AbortController();
  private readonly servers = new Map<string, Server>();
  private readonly opening = new Map<string, Promise<Server | undefined>>();
  /** Failed attempts to connect. No new one before `retryAt` (`performance.now()`), unless the credentials have changed. */
  private readonly failures = new Map<string, { error: unknown; retryAt: number }>();
  private readonly gaps = new Map<string, ReconnectGap>();
  private lastFailure: unknown = new Error('timeout: its primaries are not connected yet');
  private map = new ClusterMap([]);
  private hasChanged = false;
  /** A MOVED reply has changed the map since it was read. */
  private hasMoved = false;
  /** Ended early by a MOVED reply and by the loss of a server. */
  private readonly pollInterval = new PollInterval();

  constructor(
    private readonly address: EngineAddress,
    private readonly options: ServerOptions,
    private readonly listener: PrimariesListener,
  ) {}

  get connected(): readonly Server[] {
    return [...this.servers.values()];
  }

  get unservedReason(): string | null {
    const unserved = this.unservedShards();
    if (unserved === 0) return null;
    return `${unserved} of ${this.map.primaries.size} shards are not served: no connection to their primaries. Start them, or wait for a promotion.`;
  }

  start(): void {
    void this.stayConnected();
  }

  close(): void {
    this.stopped.abort();
    for (const server of this.connected) server.disconnect(new Error('The engine was closed.'));
    for (const gap of this.gaps.values()) gap.end();
    this.servers.clear();
  }

  forSlot(slot: number | undefined): Server | undefined {
    if (slot === undefined) return this.connected.find(({ queue }) => queue.isUsable);
    return this.servers.get(this.map.addressOf(slot) ?? '');
  }

  gapOf(slot: number | undefined): ReconnectGap | undefined {
    if (this.gaps.size === 0) return undefined;
    if (slot === undefined) return this.gaps.values().next().value;
    return this.gaps.get(this.map.addressOf(slot) ?? '');
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
        const readAt = performance.now();
        await this.apply(await this.readMap());
        this.confirmedAt = readAt;
        failures = 0;
        await this.pollInterval.after(this.unservedShards() === 0 ? REFRESH_MS : SEARCH_MS, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (this.servers.size === 0) this.listener.onDown(error);
        await backOff(failures++, error, signal);
      }
    }
  }

  private async readMap(): Promise<ClusterMap> {
    const map = await readMajorityMap(this.connected, this.options.deadlineMs);
    if (map) return map;
    return discoverMap([...this.address.nodes, ...this.map.primaries.values()], this.options.connection);
  }

  private async apply(map: ClusterMap): Promise<void> {
    const isChanged = map.fingerprint !== this.map.fingerprint || this.hasMoved;
    if (isChanged) this.map = map;
    this.hasMoved = false;
    const missing = [...map.primaries.values()].filter((node) => !this.servers.has(addressOf(node)));
    const connecting = Promise.all(missing.map((node) => this.connect(node)));
    // Limited: while a paused primary is being connected, its successor may appear in the next map.
    await Promise.race([connecting, delay(this.servers.size === 0 ? FAILOVER_TIMEOUT_MS : SEARCH_MS)]);
    for (const server of this.connected) if (!map.primaries.has(server.address)) this.retire(server);
    if (isChanged) this.reportInterruption();
    this.reportState();
  }

  private reportState(): void {
    const shards = this.map.primaries.size;
    if (shards === 0) throw new Error('NOSLOTS the cluster serves no slots');
    if (this.unservedShards() === shards) throw this.lastFailure as Error;
    this.listener.onReady(this.hasChanged);
    this.hasChanged = false;
  }

  private unservedShards(): number {
    return [...this.map.primaries.keys()].filter((address) => !this.servers.has(address)).length;
  }

  private reportInterruption(): void {
    this.hasChanged = true;
    this.listener.onInterruption();
  }

  /** Resolves with undefined if the node cannot be connected now. A later poll tries again. */
  private connect(node: EngineNode): Promise<Server | undefined> {
    const address = addressOf(node);
    const server = this.servers.get(address);
    if (server || this.mustWait(address)) return Promise.resolve(server);
    const opening =
      this.opening.get(address) ?? this.openServer(node).finally(() => this.opening.delete(address));
    this.opening.set(address, opening);
    return opening;
  }

  private mustWait(address: string): boolean {
    const failure = this.failures.get(address);
    return failure !== undefined && performance.now() < failure.retryAt && !isOutdated(failure.error);
  }

  private async openServer(node: EngineNode): Promise<Server | undefined> {
    const address = addressOf(node);
    try {
      const server = await Server.open(node, this.options, FAILOVER_TIMEOUT_MS);
      if (this.stopped.signal.aborted) server.disconnect(undefined);
      this.servers.set(address, server);
      this.failures.delete(address);
      void server.lost.then((failure) => this.remove(server, failure));
      this.reportInterruption();
      return server;
    } catch (error) {
      this.lastFailure = error;
      this.failures.set(address, { error, retryAt: performance.now() + backoffMs(1, error) });
      return undefined;
    }
  }

  private remove(server: Server, failure: unknown): void {
    if (this.stopped.signal.aborted || this.servers.get(server.address) !== server) return;
    this.servers.delete(server.address);
    this.lastFailure = failure;
    const gap = ReconnectGap.after(server, failure);
    if (gap) this.replace(server.node, gap);
    this.reportInterruption();
    this.pollInterval.wake();
  }

  private replace(node: EngineNode, gap: ReconnectGap): void {
    const address = addressOf(node);
    this.gaps.set(address, gap);
    void this.connect(node).finally(() => {
      this.gaps.delete(address);
      gap.end();
    });
  }

  /** Disconnects a server that owns no slots any more, once its pending calls have settled. */
  private retire(server: Server): void {
    this.servers.delete(server.address);
    setTimeout(() => server.disconnect(undefined), this.options.deadlineMs).unref();
  }
}
