import type { ConnectionOptions } from 'node:tls';
import type { EngineNode } from '../address/engine-address.js';
import { answerWithin } from '../connecting/connect.js';
import { MemcachedConnection } from './memcached-connection.js';

/**
 * Until all processes know the new nodes, they read and invalidate some keys on different nodes. The default of AWS' clients is a
 * minute.
 */
const POLL_INTERVAL_MS = 1_000;
const MAX_PORT = 65_535;

/** The nodes of a cluster. The version grows with each change. */
export interface ClusterNodes {
  version: number;
  nodes: EngineNode[];
}

export interface DiscoveryOptions {
  deadlineMs: number;
  tls: ConnectionOptions | undefined;
  /** Called after each poll with what the endpoint answered. */
  onNodes: (cluster: ClusterNodes) => void;
  onFailure: (failure: unknown) => void;
}

/**
 * Polls the configuration endpoint of a cluster for its nodes.
 *
 * Source: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoDiscovery.AddingToYourClientLibrary.html
 */
export class NodeDiscovery {
  private connection: MemcachedConnection | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isPolling = false;
  private isClosed = false;

  constructor(
    private readonly endpoint: EngineNode,
    private readonly options: DiscoveryOptions,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.poll(), POLL_INTERVAL_MS).unref();
    void this.poll();
  }

  close(): void {
    this.isClosed = true;
    clearInterval(this.timer);
    this.connection?.destroy(new Error('The engine was closed.'));
  }

  private async poll(): Promise<void> {
    if (this.isPolling) return;
    this.isPolling = true;
    try {
      this.connection ??= await this.connect();
      const cluster = await answerWithin(this.options.deadlineMs, readNodes(this.connection));
      if (!this.isClosed) this.options.onNodes(cluster);
    } catch (error) {
      this.connection?.destroy(error);
      if (!this.isClosed) this.options.onFailure(error);
    }
    this.isPolling = false;
  }

  private async connect(): Promise<MemcachedConnection> {
    const lost = () => void (this.connection = undefined);
    const connection = await MemcachedConnection.open(this.endpoint, this.options.tls, lost);
    if (this.isClosed) connection.destroy(new Error('The engine was closed.'));
    return connection;
  }
}

async function readNodes(connection: MemcachedConnection): Promise<ClusterNodes> {
  const reply = await connection.send('config get cluster\r\n');
  if (reply.kind === 'error' && reply.line.startsWith('SERVER_ERROR')) throw new Error('SERVER_ERROR');
  if (reply.kind !== 'value' || !reply.value) throw new Error('NODISCOVERY');
  return parseClusterNodes(reply.value.toString('latin1'));
}

/**
 * Parses `<version>\n<host>|<ip>|<port> <host>|<ip>|<port>...\n`. Nodes are named by their host, which certificates contain. Either
 * host or ip can be empty.
 *
 * @throws {Error} NODISCOVERY if the text has another format.
 */
export function parseClusterNodes(text: string): ClusterNodes {
  const [version = '', list = ''] = text.split('\n');
  const nodes = list.trim().split(/ +/).map(parseNode);
  const known = nodes.filter((node) => node !== undefined);
  if (!/^\d+$/.test(version.trim()) || known.length < nodes.length) throw new Error('NODISCOVERY');
  return { version: Number(version), nodes: known };
}

function parseNode(text: string): EngineNode | undefined {
  const [host, ip, portText, ...more] = text.split('|');
  const port = Number(portText);
  if (!(host || ip) || more.length > 0 || !(port >= 1 && port <= MAX_PORT)) return undefined;
  return { host: host || ip || '', port };
}
