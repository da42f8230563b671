import { type EngineTopology, parseEngineUrl } from '../../../src/engine/index.js';
import { DEADLINE_MS } from '../../../test/support/faults/fault-run.js';
import { type FaultStack, PASSWORD } from '../../../test/support/faults/fault-stack.js';

/** A client at its best settings, reduced to what the comparison sends. A client without deadlines may settle at any time. */
export interface ComparedClient {
  get(key: string): Promise<unknown>;
  /** Resolves with the counter after it. */
  increment(key: string, amount: number): Promise<unknown>;
  close(): void;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The servers that a client connects to. */
export interface Servers {
  readonly topology: EngineTopology;
  readonly url: string;
  /** Standalone: the server. Sentinel: the sentinels. Cluster: the nodes. */
  readonly addresses: readonly Address[];
  /** The primary and the replicas behind the sentinels; otherwise the same as `addresses`. */
  readonly dataAddresses: readonly Address[];
  readonly primaryName: string;
  readonly password: string;
}

/** How a client is opened, once its package is loaded. Resolves when it is connected. */
export interface ClientKind {
  readonly name: string;
  open(servers: Servers): Promise<ComparedClient>;
}

/** Deadline, request timeout or command timeout of every client, in milliseconds: the default of the application. */
export const TIMEOUT_MS = DEADLINE_MS;
/** Limit for opening a connection. A paused server accepts connections and says nothing. */
export const CONNECT_TIMEOUT_MS = 1_000;
/** Between two attempts to connect. */
export const RETRY_MS = 100;

/** What the clients need to know about the servers of a fault. */
export function serversOf(stack: FaultStack, proxied: boolean): Servers {
  const { topology, nodes, primaryName = '' } = parseEngineUrl(stack.url);
  if (topology === 'sentinel') {
    const names = [...stack.nodes.keys()].filter((name) => !name.startsWith('sentinel'));
    const dataAddresses = names.map((name) => ({ host: '127.0.0.1', port: portOf(stack, name, proxied) }));
    return { topology, url: stack.url, addresses: nodes, dataAddresses, primaryName, password: PASSWORD };
  }
  return {
    topology,
    url: stack.url,
    addresses: nodes,
    dataAddresses: nodes,
    primaryName,
    password: PASSWORD,
  };
}

function portOf({ servers, nodes }: FaultStack, name: string, proxied: boolean): number {
  const port = proxied ? servers?.proxy(name).port : nodes.get(name)?.port;
  if (port === undefined) throw new Error(`There is no node "${name}".`);
  return port;
}
