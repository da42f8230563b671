import { statfs } from 'node:fs/promises';
import {
  type ClusterOptions,
  type EngineCluster,
  type EngineStack,
  type FaultProxy,
  type LocalEngine,
  type SentinelOptions,
  startCluster,
  startEngine,
  startFaultProxy,
  startSentinel,
} from '../../../local/index.js';
import type { EngineTopology } from '../../../src/engine/index.js';
import { SLOTS, slotOf } from './key-slot.js';

/** The servers that a fault runs on. */
export interface Site {
  readonly kind: 'redis' | 'valkey';
  readonly topology: EngineTopology;
  readonly tls: boolean;
}

export interface FaultStackOptions {
  /** A fault proxy in front of each node. */
  readonly proxied?: boolean;
  /** Per primary. A standalone server has none. */
  readonly replicas?: number;
  readonly serverCertificate?: 'valid' | 'wrong-name' | 'expired';
  /** Starts the proxy of each node, instead of a fault proxy. */
  readonly front?: SentinelOptions['front'];
  readonly onLine?: SentinelOptions['onLine'];
}

/** Servers of any topology. One primary is the victim of the fault. */
export interface FaultStack {
  readonly site: Site;
  readonly url: string;
  /** The primary that the fault hits. It keeps its name when it is demoted. */
  readonly victim: LocalEngine;
  readonly nodes: ReadonlyMap<string, LocalEngine>;
  /** The proxy in front of the victim. Throws unless the stack was started with `proxied`. */
  proxy(): FaultProxy;
  /** Undefined for a standalone server. */
  readonly servers: EngineStack | undefined;
  /** Defined for a cluster only. */
  readonly cluster: EngineCluster | undefined;
  /** Whether the victim owned the slot of this tag at the start. */
  concerns(tag: string): boolean;
  /** Whether the servers have promoted another primary instead of the victim. */
  hasPromoted(): Promise<boolean>;
  /**
   * Whether the replicas acknowledge writes. Up to a second after a start with TLS they report that they are connected, but are sent
   * nothing until their first acknowledgement.
   */
  isReplicated(): Promise<boolean>;
  primaries(): Promise<LocalEngine[]>;
  stop(): Promise<void>;
}

export const PASSWORD = 'password-of-the-engine';
const SHARDS = 3;
const MEMORY = '/dev/shm';
const BYTES_NEEDED = 256 * 2 ** 20;

export async function startFaultStack(site: Site, options: FaultStackOptions = {}): Promise<FaultStack> {
  const restore = await keepFilesInMemory();
  try {
    if (site.topology === 'standalone') return await startStandalone(site, options);
    return await (site.topology === 'sentinel'
      ? startBehindSentinels(site, options)
      : startShards(site, options));
  } finally {
    restore();
  }
}

/**
 * A cluster node blocks while it writes its state to disk; on a busy disk for longer than a deadline. Concerns servers that start until
 * `restore` is called.
 */
async function keepFilesInMemory(): Promise<() => void> {
  const before = process.env['TMPDIR'];
  const free = await statfs(MEMORY).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  if (free >= BYTES_NEEDED) process.env['TMPDIR'] = MEMORY;
  return () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  };
}

function engineOptions(
  { tls }: Site,
  { proxied, front, onLine, serverCertificate = 'valid' }: FaultStackOptions,
) {
  return {
    proxied: proxied ?? false,
    ...(front && { front }),
    onLine,
    ...(tls && { tls: { serverCertificate } }),
    password: PASSWORD,
  };
}

/** Uses an append-only file, so that double executions across a restart are detected. */
async function startStandalone(site: Site, options: FaultStackOptions): Promise<FaultStack> {
  const server = await startEngine(site.kind, {
    ...engineOptions(site, options),
    settings: ['--appendonly', 'yes', '--appendfsync', 'no'],
  });
  const proxy = options.proxied ? await startFaultProxy({ target: server }) : undefined;
  const front = await options.front?.({ name: 'server', port: server.port, tls: server.tls });
  return {
    site,
    url: server.url.replace(`:${server.port}`, `:${(front ?? proxy ?? server).port}`),
    victim: server,
    nodes: new Map([['server', server]]),
    proxy: () => proxy ?? notProxied(),
    servers: undefined,
    cluster: undefined,
    concerns: () => true,
    hasPromoted: () => Promise.resolve(false),
    isReplicated: () => Promise.resolve(true),
    primaries: () => Promise.resolve([server]),
    stop: async () => {
      await proxy?.stop();
      await front?.stop();
      await server.stop();
    },
  };
}

async function startBehindSentinels(site: Site, options: FaultStackOptions): Promise<FaultStack> {
  const settings: SentinelOptions = { ...engineOptions(site, options), replicas: options.replicas ?? 1 };
  const stack = await startSentinel(site.kind, settings);
  return {
    ...commonParts(site, stack, 'primary'),
    cluster: undefined,
    concerns: () => true,
    hasPromoted: async () => (await stack.primaryNow()) !== 'primary',
    isReplicated: () => areAcknowledging(stack.node('primary')),
    primaries: async () => [stack.node(await stack.primaryNow())],
  };
}

async function startShards(site: Site, options: FaultStackOptions): Promise<FaultStack> {
  const settings: ClusterOptions = {
    ...engineOptions(site, options),
    shards: SHARDS,
    replicasPerShard: options.replicas ?? 1,
  };
  const cluster = await startCluster(site.kind, settings);
  const successors = [...cluster.nodes].filter(([name]) => name.startsWith('shard-1-replica'));
  return {
    ...commonParts(site, cluster, 'shard-1'),
    cluster,
    concerns: (tag) => slotOf(tag) < Math.floor(SLOTS / SHARDS),
    // Queries only the successors: `primaryNow()` would wait for a paused node.
    hasPromoted: async () =>
      (await Promise.all(successors.map(([, successor]) => isPrimary(successor)))).includes(true),
    isReplicated: async () =>
      (await Promise.all(cluster.shards.map((shard) => areAcknowledging(cluster.node(shard))))).every(
        Boolean,
      ),
    primaries: () =>
      Promise.all(cluster.shards.map(async (shard) => cluster.node(await cluster.primaryNow(shard)))),
  };
}

function commonParts(site: Site, stack: EngineStack, victim: string) {
  return {
    site,
    servers: stack,
    url: stack.url,
    victim: stack.node(victim),
    nodes: stack.nodes,
    proxy: () => stack.proxy(victim),
    stop: () => stack.stop(),
  };
}

async function isPrimary(node: LocalEngine): Promise<boolean> {
  const role = await node.command('ROLE');
  return Array.isArray(role) && role[0] === 'master';
}

async function areAcknowledging(primary: LocalEngine): Promise<boolean> {
  const info = String(await primary.command('INFO', 'replication'));
  const offsets = [...info.matchAll(/^slave\d+:.*offset=(\d+)/gm)].map(([, offset]) => Number(offset));
  return offsets.length > 0 && offsets.every((offset) => offset > 0);
}

function notProxied(): never {
  throw new Error('There is no proxy in front of the server. Start the stack with { proxied: true }.');
}
