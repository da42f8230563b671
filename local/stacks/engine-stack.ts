import type { EngineOptions } from '../engines/engine-setup.js';
import type { LocalEngine } from '../engines/redis-node.js';
import type { FaultProxy } from '../fault-proxy/fault-proxy.js';
import type { TlsFiles } from '../security/tls-files.js';

/** Several servers that form one engine. None of them outlives this process. */
export interface EngineStack {
  readonly topology: 'sentinel' | 'cluster';
  /** Lists every node that a client may connect to first. It stays the same when nodes fail or are promoted. */
  readonly url: string;
  readonly tls: TlsFiles | undefined;
  /** By name, after the role at the start: `primary`, `replica-1`, `sentinel-1`, or `shard-1`, `shard-1-replica-1`. */
  readonly nodes: ReadonlyMap<string, LocalEngine>;
  /** Throws an error that lists the names when no node has this one. */
  node(name: string): LocalEngine;
  /** The name of the current primary, as the servers report it. A cluster has one for each shard. */
  primaryNow(shard?: string): Promise<string>;
  /** The fault proxy in front of a node. Clients and other nodes connect through it. Throws unless started with `proxied: true`. */
  proxy(name: string): FaultProxy;
  stop(): Promise<void>;
}

/** Options of every stack. */
export interface StackOptions extends EngineOptions {
  /** Puts a fault proxy in front of each node, at the address that the node announces: clients and replicas go through it. */
  readonly proxied?: boolean;
  /** Starts another proxy in front of each node instead. */
  readonly front?: (node: FrontedNode) => Promise<NodeFront>;
}

/** A node before it starts. */
export interface FrontedNode {
  readonly name: string;
  readonly port: number;
  readonly tls: TlsFiles | undefined;
}

/** What clients and other nodes connect to instead of a node. */
export interface NodeFront {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * `settings` for stacks in which a primary refuses writes (NOREPLICAS) when no replica has answered for two seconds. An isolated primary
 * then acknowledges nothing that a promotion would undo. A promoted primary needs a replica too, so start at least two.
 */
export const WRITES_NEED_A_REPLICA: readonly string[] = [
  '--min-replicas-to-write',
  '1',
  '--min-replicas-max-lag',
  '2',
];
