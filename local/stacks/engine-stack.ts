import { setTimeout as wait } from 'node:timers/promises';
import type { EngineHome, EngineOptions } from '../engines/engine-home.js';
import { type FaultProxy, startFaultProxy } from '../fault-proxy/fault-proxy.js';
import {
  addressOf,
  credentialSettings,
  DATA_SETTINGS,
  type LocalEngine,
  makeNodeDirectory,
  type Setting,
  startNode,
  usualSettings,
} from '../engines/redis-node.js';
import { sendOnce, type Reply } from '../engines/redis-connection.js';
import type { TlsFiles } from '../security/tls-files.js';

/** Several servers that are one engine. None of them outlives this process. */
export interface EngineStack {
  readonly topology: 'sentinel' | 'cluster';
  /** Names all nodes that a client may begin with, and stays the same whatever happens to them. */
  readonly url: string;
  readonly tls: TlsFiles | undefined;
  /** By name, e.g. `primary`, `replica-1`, `sentinel-1` or `shard-1`, `shard-1-replica-1`: the part it had at the start. */
  readonly nodes: ReadonlyMap<string, LocalEngine>;
  /** Throws, with the names there are, when there is none of that name. */
  node(name: string): LocalEngine;
  /** The name of the node that is primary now, as the servers see it; a cluster has one for each shard. */
  primaryNow(shard?: string): Promise<string>;
  /** The fault proxy in front of a node, where clients and nodes go too. Throws unless started with `proxied: true`. */
  proxy(name: string): FaultProxy;
  stop(): Promise<void>;
}

/** Options of every stack. */
export interface StackOptions extends EngineOptions {
  /** A fault proxy in front of each node, at the address that it announces: what its clients and replicas send goes through. */
  readonly proxied?: boolean;
}

/**
 * `settings` with which a primary refuses writes (NOREPLICAS) while no replica has answered within two seconds. A primary that is cut
 * off then acknowledges nothing that a promotion elsewhere would undo. A promoted primary, too, needs a replica.
 */
export const WRITES_NEED_A_REPLICA: readonly string[] = [
  '--min-replicas-to-write',
  '1',
  '--min-replicas-max-lag',
  '2',
];

/** How long a server may take to say what it knows: one that is paused must not hold up the others' answers. */
const ANSWER_WITHIN_MILLISECONDS = 500;
const POLL_EVERY_MILLISECONDS = 20;

export interface NodePlan {
  readonly name: string;
  readonly port: number;
  readonly settings: readonly Setting[];
  readonly role?: 'data' | 'sentinels';
}

/** The nodes of a stack, each with a directory of its own that outlives its restarts. */
export class StackNodes {
  readonly byName = new Map<string, LocalEngine>();
  private readonly proxies = new Map<string, FaultProxy>();
  private readonly starting = new Set<Promise<LocalEngine>>();

  constructor(
    readonly home: EngineHome,
    private readonly options: StackOptions = {},
  ) {}

  /** Where others are to find the node that will listen on `port`: there, or at a fault proxy in front of it. */
  async frontOf(name: string, port: number): Promise<number> {
    if (!this.options.proxied) return port;
    // There may be one from an attempt on a port that was taken.
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

  private async startOne({ name, port, settings, role = 'data' }: NodePlan): Promise<LocalEngine> {
    const all = [
      ...usualSettings(this.home, port, role),
      ...(role === 'data' ? this.replicatedDataSettings() : []),
      ...settings,
    ];
    const { path, configuration } = await makeNodeDirectory(this.home, name, all);
    const mode = role === 'data' ? (this.options.settings ?? []) : ['--sentinel'];
    return startNode(this.home, {
      command: () => [configuration, ...mode],
      ready: role === 'data' ? /Ready to accept connections/ : /Sentinel ID is/,
      port,
      cwd: path,
    });
  }

  get(name: string): LocalEngine {
    const node = this.byName.get(name);
    if (!node)
      throw new Error(`There is no node "${name}". There are ${[...this.byName.keys()].join(', ')}.`);
    return node;
  }

  /** Stops it for good. */
  async remove(name: string): Promise<void> {
    const node = this.get(name);
    this.byName.delete(name);
    await node.stop();
    await this.proxies.get(name)?.stop();
    this.proxies.delete(name);
  }

  nameOfPort(port: number): string | undefined {
    const named = [...this.byName, ...this.proxies].find(([, { port: own }]) => own === port);
    return named?.[0];
  }

  /** What each of the named nodes answers; without those that do not. */
  async askEach(names: Iterable<string>, ...command: string[]): Promise<{ name: string; reply: Reply }[]> {
    const answers = await Promise.all(
      [...names].map(async (name) => {
        const address = addressOf(this.home, this.get(name).port);
        const limit = { timeoutMilliseconds: ANSWER_WITHIN_MILLISECONDS };
        return sendOnce({ ...address, ...limit }, ...command).then(
          (reply) => [{ name, reply }],
          () => [],
        );
      }),
    );
    return answers.flat();
  }

  async stop(): Promise<void> {
    // When one does not start, its siblings may be on their way still.
    await Promise.allSettled(this.starting);
    await Promise.all([...this.byName.values()].map((node) => node.stop()));
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.stop()));
    await this.home.remove();
  }

  /**
   * A primary that comes back empty would have its replicas drop everything too, so these nodes keep a log.
   * Never synced: the log has to outlive `kill -9`, not the machine.
   */
  private replicatedDataSettings(): Setting[] {
    return [
      ...DATA_SETTINGS,
      ['appendonly', 'yes'],
      ['appendfsync', 'no'],
      ['repl-diskless-sync-delay', '0'],
      // It would wait for replicas that are being stopped with it, and for a log that it has only begun.
      ['shutdown-on-sigterm', 'nosave', 'now', 'force'],
      ...credentialSettings(['masteruser', 'masterauth'], this.home.access.replica),
    ];
  }
}

/** Asks until the answer is yes; then, or when it still is no after some seconds, `what` is what was waited for. */
export async function untilTrue(
  what: string,
  withinSeconds: number,
  isTrue: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + withinSeconds * 1000;
  let failure: unknown;
  while (Date.now() < deadline) {
    try {
      if (await isTrue()) return;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    await wait(POLL_EVERY_MILLISECONDS);
  }
  throw new Error(`Waited ${withinSeconds} s in vain: ${what}.`, { cause: failure });
}

/** A map from a reply that is a list of names and values in turn. */
export function fieldsOf(reply: Reply): Map<string, Reply> {
  const items = Array.isArray(reply) ? reply : [];
  const fields = new Map<string, Reply>();
  for (let index = 0; index + 1 < items.length; index += 2) {
    fields.set(String(items[index]), items[index + 1] ?? null);
  }
  return fields;
}

/** Whether a replica has all its primary's data and follows it. */
export async function followsItsPrimary(node: LocalEngine): Promise<boolean> {
  return String(await node.command('INFO', 'replication')).includes('master_link_status:up');
}
