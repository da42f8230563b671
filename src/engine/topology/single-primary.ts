import type { EngineAddress, EngineNode } from '../address/engine-address.js';
import { backOff } from '../connecting/backoff.js';
import { CONNECT_TIMEOUT_MS, FAILOVER_TIMEOUT_MS } from '../connecting/connect.js';
import { ReconnectGap } from '../connecting/reconnect-gap.js';
import { NotPrimaryError } from '../health/server-facts.js';
import { Server, type ServerOptions } from '../servers/server.js';
import type { Primaries, PrimariesListener } from './primaries.js';
import { Sentinels } from './sentinels.js';

/** The one primary of a standalone URL, or the one that the sentinels currently name. */
export class SinglePrimary implements Primaries {
  readonly hasSlots = false;
  readonly unservedReason = null;
  private readonly stopped = new AbortController();
  private readonly sentinels: Sentinels | undefined;
  private server: Server | undefined;
  private gap: ReconnectGap | undefined;

  constructor(
    private readonly address: EngineAddress,
    private readonly options: ServerOptions,
    private readonly listener: PrimariesListener,
  ) {
    if (address.topology === 'sentinel') {
      this.sentinels = new Sentinels(address, options.connection, FAILOVER_TIMEOUT_MS);
    }
  }

  get connected(): readonly Server[] {
    return this.server ? [this.server] : [];
  }

  /** The heartbeat also checks the role. A primary that the sentinels have replaced may still believe in its own. */
  get confirmedAt(): number {
    if (!this.server) return Number.NEGATIVE_INFINITY;
    const { node, heartbeat } = this.server;
    return Math.min(heartbeat.confirmedAt, this.sentinels?.namedAt(node) ?? Infinity);
  }

  start(): void {
    void this.stayConnected();
  }

  close(): void {
    this.stopped.abort();
    this.sentinels?.close();
    this.server?.disconnect(new Error('The engine was closed.'));
    this.server = undefined;
    this.endGap();
  }

  forSlot(): Server | undefined {
    return this.server;
  }

  gapOf(): ReconnectGap | undefined {
    return this.gap;
  }

  redirect(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  private async stayConnected(): Promise<void> {
    const { signal } = this.stopped;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        const server = await this.openPrimary();
        if (signal.aborted) return server.disconnect(new Error('The engine was closed.'));
        failures = 0;
        const failure = await this.use(server);
        // The first attempt to replace it is made at once.
        if (this.gap) continue;
        throw failure;
      } catch (failure) {
        this.endGap();
        if (signal.aborted) return;
        this.listener.onDown(failure);
        await backOff(failures, failure, signal);
      }
    }
  }

  /** Resolves with the reason when the connection is lost. */
  private async use(server: Server): Promise<unknown> {
    this.server = server;
    this.endGap();
    this.listener.onInterruption();
    this.listener.onReady(true);
    // Before any call that is sent from now on.
    void server.lost.then((failure) => this.openGap(server, failure));
    const failure = await this.untilLost(server);
    this.server = undefined;
    if (!this.stopped.signal.aborted) this.listener.onInterruption();
    return failure;
  }

  private openGap(server: Server, failure: unknown): void {
    if (!this.stopped.signal.aborted) this.gap = ReconnectGap.after(server, failure);
  }

  private endGap(): void {
    this.gap?.end();
    this.gap = undefined;
  }

  /** Resolves when the connection is lost, or when the sentinels name another primary. */
  private async untilLost(server: Server): Promise<unknown> {
    if (!this.sentinels) return server.lost;
    const isOver = new AbortController();
    const signal = AbortSignal.any([isOver.signal, this.stopped.signal]);
    void this.sentinels
      .waitForOtherPrimary(server.node, signal)
      .then(() => !signal.aborted && server.disconnect(new NotPrimaryError('former primary')));
    const failure = await server.lost;
    isOver.abort();
    return failure;
  }

  private async openPrimary(): Promise<Server> {
    const timeoutMs = this.sentinels ? FAILOVER_TIMEOUT_MS : CONNECT_TIMEOUT_MS;
    const server = await Server.open(await this.findPrimary(), this.options, timeoutMs);
    if (!server.facts.isCluster) return server;
    // Otherwise most commands would be answered with MOVED.
    server.disconnect(undefined);
    throw new Error('CLUSTERNODE the URL needs +cluster');
  }

  private async findPrimary(): Promise<EngineNode> {
    if (this.sentinels) return this.sentinels.findPrimary();
    const [node] = this.address.nodes;
    if (!node) throw new Error('The address names no node.');
    return node;
  }
}
