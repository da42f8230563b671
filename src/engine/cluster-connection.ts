import { createCluster, type RedisClientType, type RedisClusterType } from 'redis';
import type { EngineAddress, EngineNode } from './engine-url.js';
import {
  clientOptions,
  CONNECT_TIMEOUT_MS,
  type OpenConnection,
  type RedisConnection,
  withinTime,
} from './redis-connection.js';

/** Opens a cluster and keeps its topology current. */
export function openCluster(address: EngineAddress, deadlineMs: number): OpenConnection {
  const options = clientOptions(address, deadlineMs);
  return async () => {
    const connection = new ClusterConnection(options, address.nodes, deadlineMs);
    await connection.open();
    return connection;
  };
}

/**
 * A cluster client that is exchanged when a primary falls silent and the cluster has found another. node-redis refreshes
 * its topology after a lost connection, but a paused primary loses none.
 */
class ClusterConnection implements RedisConnection {
  private cluster: RedisClusterType | undefined;

  constructor(
    private readonly options: ReturnType<typeof clientOptions>,
    private readonly seeds: EngineNode[],
    private readonly deadlineMs: number,
  ) {}

  /** The cluster client has every command of the single one; iterators and pub/sub differ and are not offered. */
  get client(): RedisClientType {
    return this.requireOpen() as unknown as RedisClientType;
  }

  async open(): Promise<void> {
    this.cluster = await this.discover(this.seeds);
    await this.probe();
  }

  async probe(): Promise<void> {
    const cluster = this.requireOpen();
    const silent = new Set<string>();
    const answers = cluster.masters.map(async (primary) => {
      try {
        const client = await withinTime(this.deadlineMs, cluster.nodeClient(primary));
        await withinTime(this.deadlineMs, client.ping());
      } catch (error) {
        silent.add(primary.address);
        throw error;
      }
    });
    const results = await Promise.allSettled(answers);
    if (silent.size === 0) return;
    const failure = results.find((result) => result.status === 'rejected');
    if (silent.size === cluster.masters.length) throw failure?.reason;
    await this.replaceIfPromoted(cluster, silent);
  }

  destroy(): void {
    this.cluster?.destroy();
    this.cluster = undefined;
  }

  /** The other shards go on with the old client until the cluster names a new primary for the silent one. */
  private async replaceIfPromoted(old: RedisClusterType, silent: Set<string>): Promise<void> {
    const others = [...old.masters, ...old.replicas]
      .filter(({ address }) => !silent.has(address))
      .map(({ host, port }) => ({ host, port }));
    const fresh = await this.discover(others);
    if (this.cluster !== old || fresh.masters.some(({ address }) => silent.has(address))) {
      fresh.destroy();
      return;
    }
    this.cluster = fresh;
    old.destroy();
  }

  private async discover(nodes: EngineNode[]): Promise<RedisClusterType> {
    const { commandOptions, ...defaults } = this.options;
    const cluster: RedisClusterType = createCluster({
      rootNodes: nodes.map(({ host, port }) => ({ socket: { host, port } })),
      defaults: {
        ...defaults,
        socket: { ...defaults.socket, reconnectStrategy: () => 100 + Math.random() * 200 },
      },
      commandOptions,
      // Discovery only: one primary that does not answer must not keep the others from us.
      minimizeConnections: true,
      topologyRefreshOnReconnectionAttemptStrategy: 250,
    });
    // Which node failed how is found out by the probe; without a listener the event would end the process.
    let last: unknown;
    cluster.on('error', (error: unknown) => (last = error));
    try {
      await withinTime(CONNECT_TIMEOUT_MS, cluster.connect());
      return cluster;
    } catch (error) {
      cluster.destroy();
      throw last ?? error;
    }
  }

  private requireOpen(): RedisClusterType {
    if (this.cluster) return this.cluster;
    throw new Error('The connection was closed.');
  }
}
