import { type EngineOptions, type EngineSetup, prepareEngine } from '../engines/engine-setup.js';
import { MemcachedDiscovery } from '../engines/memcached-discovery.js';
import { type LocalMemcached, memcachedUrl, startMemcachedNode } from '../engines/memcached-node.js';
import type { TlsFiles } from '../security/tls-files.js';

export interface MemcachedClusterOptions extends Pick<EngineOptions, 'tls' | 'settings'> {
  readonly nodes?: number;
}

/** Memcached servers behind a configuration endpoint, as on ElastiCache. */
export interface MemcachedCluster {
  /** Names the endpoint: `memcached[s]+discovery://127.0.0.1:PORT`. */
  readonly url: string;
  readonly tls: TlsFiles | undefined;
  readonly endpoint: Pick<MemcachedDiscovery, 'port' | 'answers'>;
  /** The nodes that the endpoint announces. */
  readonly nodes: readonly LocalMemcached[];
  /** Starts a node, and then announces it. */
  addNode(): Promise<LocalMemcached>;
  /** Announces the others only. The node runs until `stop()`, unless it is stopped before. */
  removeNode(node: LocalMemcached): void;
  stop(): Promise<void>;
}

/** Starts the nodes and their configuration endpoint. With TLS all of them have the same certificate. */
export async function startMemcachedCluster(
  options: MemcachedClusterOptions = {},
): Promise<MemcachedCluster> {
  const setup = await prepareEngine('memcached', options, { directory: false });
  const cluster = new DiscoveredCluster(setup, options, await MemcachedDiscovery.start(setup.tls));
  try {
    for (let count = 0; count < (options.nodes ?? 2); count++) await cluster.addNode();
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

class DiscoveredCluster implements MemcachedCluster {
  nodes: readonly LocalMemcached[] = [];
  private readonly started: LocalMemcached[] = [];

  constructor(
    private readonly setup: EngineSetup,
    private readonly options: MemcachedClusterOptions,
    readonly endpoint: MemcachedDiscovery,
  ) {}

  get url(): string {
    return memcachedUrl(this.setup.tls, [this.endpoint.port], '+discovery');
  }

  get tls(): TlsFiles | undefined {
    return this.setup.tls;
  }

  async addNode(): Promise<LocalMemcached> {
    const { settings = [] } = this.options;
    const node = await startMemcachedNode(this.setup, { settings });
    this.started.push(node);
    this.announce([...this.nodes, node]);
    return node;
  }

  removeNode(node: LocalMemcached): void {
    this.announce(this.nodes.filter((other) => other !== node));
  }

  async stop(): Promise<void> {
    await this.endpoint.stop();
    await Promise.all(this.started.map((node) => node.stop()));
    await this.setup.remove();
  }

  private announce(nodes: readonly LocalMemcached[]): void {
    this.nodes = nodes;
    this.endpoint.announce(nodes.map(({ port }) => port));
  }
}
