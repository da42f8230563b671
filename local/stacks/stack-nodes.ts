import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineSetup } from '../engines/engine-setup.js';
import { type Reply, sendOnce } from '../engines/redis-connection.js';
import {
  addressOf,
  commonSettings,
  credentialSettings,
  DATA_SETTINGS,
  type LocalEngine,
  makeNodeDirectory,
  type Setting,
  startNode,
} from '../engines/redis-node.js';
import { type FaultProxy, startFaultProxy } from '../fault-proxy/fault-proxy.js';
import type { NodeFront, StackOptions } from './engine-stack.js';

/** One paused server must not delay the answers of the others. */
const ANSWER_WITHIN_MILLISECONDS = 500;

export interface NodePlan {
  readonly name: string;
  readonly port: number;
  readonly settings: readonly Setting[];
  readonly role?: 'data' | 'sentinels';
}

/** The nodes of a stack. Each has a directory of its own, which is kept across restarts. */
export class StackNodes {
  readonly byName = new Map<string, LocalEngine>();
  private readonly proxies = new Map<string, FaultProxy>();
  private readonly fronts = new Map<string, NodeFront>();
  private readonly starting = new Set<Promise<LocalEngine>>();

  constructor(
    readonly setup: EngineSetup,
    private readonly options: StackOptions = {},
  ) {}

  /** The port that clients and other nodes use for a node that listens on `port`: the same, or that of its proxy. */
  async publicPort(name: string, port: number): Promise<number> {
    const { front, proxied } = this.options;
    if (front) return this.startFront(name, await front({ name, port, tls: this.setup.tls }));
    if (!proxied) return port;
    // An attempt on a port that was taken may have left one.
    await this.proxies.get(name)?.stop();
    const proxy = await startFaultProxy({ target: port });
    this.proxies.set(name, proxy);
    return proxy.port;
  }

  proxy(name: string): FaultProxy {
    const proxy = this.proxies.get(name);
    if (!proxy)
      throw new Error(`There is no proxy in front of "${name}". Start the stack with { proxied: true }.`);
    return proxy;
  }

  async start(plan: NodePlan): Promise<LocalEngine> {
    const start = this.startOne(plan);
    this.starting.add(start);
    try {
      const node = await start;
      this.byName.set(plan.name, node);
      return node;
    } finally {
      this.starting.delete(start);
    }
  }

  get(name: string): LocalEngine {
    const node = this.byName.get(name);
    if (!node)
      throw new Error(`There is no node "${name}". There are ${[...this.byName.keys()].join(', ')}.`);
    return node;
  }

  /** Stops a node permanently. */
  async remove(name: string): Promise<void> {
    const node = this.get(name);
    this.byName.delete(name);
    await node.stop();
    for (const proxies of [this.proxies, this.fronts]) {
      await proxies.get(name)?.stop();
      proxies.delete(name);
    }
  }

  /** Stops a node and deletes its data. Its proxy stays, for the node that replaces it. */
  async retire(name: string): Promise<void> {
    await this.get(name).stop();
    this.byName.delete(name);
    await rm(join(this.setup.directory ?? '', name), { recursive: true, force: true });
  }

  nameOfPort(port: number): string | undefined {
    const named = [...this.byName, ...this.proxies, ...this.fronts].find(([, { port: own }]) => own === port);
    return named?.[0];
  }

  /** Sends a command to each named node. Nodes that do not answer are missing from the result, and paused ones are not waited for. */
  async queryEach(names: Iterable<string>, ...command: string[]): Promise<Reply[]> {
    const query = async (name: string): Promise<Reply[]> => {
      const address = addressOf(this.setup, this.get(name).port);
      const limit = { timeoutMilliseconds: ANSWER_WITHIN_MILLISECONDS };
      return sendOnce({ ...address, ...limit }, ...command).then(
        (reply) => [reply],
        () => [],
      );
    };
    const running = [...names].filter((name) => this.get(name).state !== 'paused');
    return (await Promise.all(running.map(query))).flat();
  }

  async stop(): Promise<void> {
    // When one node fails to start, others may still be starting.
    await Promise.allSettled(this.starting);
    await Promise.all([...this.byName.values()].map((node) => node.stop()));
    await Promise.all([...this.proxies.values(), ...this.fronts.values()].map((proxy) => proxy.stop()));
    await this.setup.remove();
  }

  private async startFront(name: string, front: NodeFront): Promise<number> {
    const before = this.fronts.get(name);
    if (before !== front) await before?.stop();
    this.fronts.set(name, front);
    return front.port;
  }

  private async startOne({ name, port, settings, role = 'data' }: NodePlan): Promise<LocalEngine> {
    const all = [
      ...commonSettings(this.setup, port, role),
      ...(role === 'data' ? this.replicatedDataSettings() : []),
      ...settings,
    ];
    const { path, configuration } = await makeNodeDirectory(this.setup, name, all);
    const mode = role === 'data' ? (this.options.settings ?? []) : ['--sentinel'];
    return startNode(this.setup, {
      command: () => [configuration, ...mode],
      ready: role === 'data' ? /Ready to accept connections/ : /Sentinel ID is/,
      port,
      cwd: path,
    });
  }

  /**
   * A primary that restarts without its data would empty its replicas, so these nodes keep an append-only file.
   * It is never synced: it has to survive `kill -9`, not a power failure.
   */
  private replicatedDataSettings(): Setting[] {
    return [
      ...DATA_SETTINGS,
      ['appendonly', 'yes'],
      ['appendfsync', 'no'],
      ['repl-diskless-sync-delay', '0'],
      // By default it waits for replicas, which are being stopped too, and for an unfinished rewrite of the file.
      ['shutdown-on-sigterm', 'nosave', 'now', 'force'],
      ...credentialSettings(['masteruser', 'masterauth'], this.setup.access.replica),
    ];
  }
}
