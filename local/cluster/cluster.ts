import { prepareEngine } from '../engines/engine-setup.js';
import { engineUrl, type LocalEngine } from '../engines/redis-node.js';
import type { EngineStack, StackOptions } from '../stacks/engine-stack.js';
import { areReplicating, retried, waitUntil } from '../stacks/readiness.js';
import { StackNodes } from '../stacks/stack-nodes.js';
import { assignSlots, joinAsReplica, joinCluster } from './cluster-join.js';
import { ClusterMembers } from './cluster-members.js';
import { splitEvenly } from './cluster-settings.js';
import { moveSlots } from './cluster-slots.js';
import { readView } from './cluster-view.js';

export interface ClusterOptions extends StackOptions {
  readonly shards?: number;
  readonly replicasPerShard?: number;
  /** Other nodes consider a node failed after this time without an answer. Default: 1000. */
  readonly nodeTimeoutMilliseconds?: number;
}

/** An `EngineStack` that can grow and shrink while it serves. */
export interface EngineCluster extends EngineStack {
  /** Names of the shards, for example `shard-1`. The first primary of a shard has the same name. */
  readonly shards: readonly string[];
  /** Adds a shard without slots, with the same number of replicas as the others. Resolves with its name. */
  addShard(): Promise<string>;
  /** Moves its slots to the other shards, removes its nodes from the cluster and stops them. */
  removeShard(shard: string): Promise<void>;
  /** Moves slots with their keys from one shard to another. Clients keep working meanwhile. */
  moveSlots(from: string, to: string, count: number): Promise<void>;
  /** The number of slots that a shard serves. */
  slotsOf(shard: string): Promise<number>;
  /** A planned failover to the first replica of the shard. Resolves when it is the primary. */
  failover(shard: string): Promise<void>;
  /** Replaces a node by an empty one with the same name and public port, which copies the data. A primary fails over first. */
  replaceNode(name: string): Promise<void>;
}

/**
 * A node that has not heard of the last failover refuses its vote, and the replica gives up after five seconds.
 *
 * Source: CLUSTER_MF_TIMEOUT in cluster_legacy.h
 */
const FAILOVER_GIVES_UP_MILLISECONDS = 5_500;
const PROMOTED_WITHIN_SECONDS = 20;

/** Starts a cluster of primaries with replicas. Resolves when every node sees the whole cluster and serves. */
export async function startCluster(
  kind: 'redis' | 'valkey',
  options: ClusterOptions = {},
): Promise<EngineCluster> {
  const { shards = 3, replicasPerShard = 1, nodeTimeoutMilliseconds = 1000 } = options;
  const setup = await prepareEngine(kind, options, { directory: true });
  const shape = { replicasPerShard, nodeTimeoutMilliseconds };
  const cluster = new Cluster(new ClusterMembers(new StackNodes(setup, options), shape));
  try {
    await cluster.form(shards);
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

class Cluster implements EngineCluster {
  readonly topology = 'cluster';
  url = '';

  constructor(private readonly members: ClusterMembers) {}

  get tls() {
    return this.members.nodes.setup.tls;
  }

  get nodes() {
    return this.members.nodes.byName;
  }

  get shards(): string[] {
    return this.members.shards;
  }

  node(name: string): LocalEngine {
    return this.members.nodes.get(name);
  }

  proxy(name: string) {
    return this.members.nodes.proxy(name);
  }

  stop(): Promise<void> {
    return this.members.nodes.stop();
  }

  async form(shards: number): Promise<void> {
    await Promise.all(Array.from({ length: shards }, () => this.members.startShard()));
    await assignSlots(this.members);
    await joinCluster(this.members, this.shards);
    const ports = this.members.all().map(({ publicPort }) => publicPort);
    this.url = engineUrl(this.members.nodes.setup, ports, { topology: this.topology, path: '' });
  }

  async primaryNow(shard = ''): Promise<string> {
    return this.members.primaryOf(shard, await this.members.views()).name;
  }

  async slotsOf(shard: string): Promise<number> {
    const { node, id } = this.members.primaryOf(shard, await this.members.views());
    return readView(await node.command('CLUSTER', 'NODES')).get(id)?.slots.length ?? 0;
  }

  async addShard(): Promise<string> {
    const shard = await this.members.startShard();
    await joinCluster(this.members, [shard]);
    return shard;
  }

  async removeShard(shard: string): Promise<void> {
    const leaving = this.members.of(shard);
    const others = this.shards.filter((name) => name !== shard);
    if (others.length === 0) throw new Error(`${shard} is the last shard, so it cannot be removed.`);
    const parts = splitEvenly(await this.slotsOf(shard), others.length);
    for (const [index, [first, end]] of parts.entries()) {
      await this.moveSlots(shard, others[index] ?? '', end - first);
    }
    const staying = others.flatMap((name) => this.members.of(name));
    // Before they stop: FORGET also keeps them from rejoining through gossip, for a minute.
    await Promise.all(
      staying.flatMap(({ node }) => leaving.map(({ id }) => node.command('CLUSTER', 'FORGET', id))),
    );
    await this.members.removeShard(shard);
  }

  async failover(shard: string): Promise<void> {
    const before = await this.knownPrimaryOf(shard);
    const replica = this.members.of(shard).find(({ name }) => name !== before);
    if (!replica) throw new Error(`${shard} has no replica.`);
    // Right after another failover it does not follow its primary yet, and would refuse.
    await waitUntil(`${replica.name} follows ${before}`, PROMOTED_WITHIN_SECONDS, () =>
      areReplicating([replica.node]),
    );
    let sentAt = Number.NEGATIVE_INFINITY;
    await waitUntil(`${replica.name} is the primary`, PROMOTED_WITHIN_SECONDS, async () => {
      if ((await this.primaryNow(shard)) === replica.name) return true;
      if (performance.now() < sentAt + FAILOVER_GIVES_UP_MILLISECONDS) return false;
      sentAt = performance.now();
      await replica.node.command('CLUSTER', 'FAILOVER');
      return false;
    });
  }

  async replaceNode(name: string): Promise<void> {
    const shard = this.shards.find((one) => this.members.of(one).some((member) => member.name === name));
    if (!shard) throw new Error(`There is no node "${name}".`);
    if ((await this.knownPrimaryOf(shard)) === name) await this.failover(shard);
    const primaryName = await this.knownPrimaryOf(shard);
    const primary = this.members.of(shard).find((member) => member.name === primaryName);
    if (!primary) throw new Error(`${shard} has no primary.`);
    const oldId = await this.members.replaceMember(name);
    const others = this.members.all().filter((member) => member.name !== name);
    await Promise.all(others.map(({ node }) => node.command('CLUSTER', 'FORGET', oldId)));
    await joinAsReplica(this.members, { name, primary });
  }

  async moveSlots(from: string, to: string, count: number): Promise<void> {
    const views = await this.members.views();
    const primary = (shard: string) => this.members.primaryOf(shard, views);
    await moveSlots(this.members.nodes.setup, {
      source: primary(from),
      target: primary(to),
      primaries: this.shards.map(primary),
      count,
    });
  }
  private knownPrimaryOf(shard: string): Promise<string> {
    return retried(`a node knows the primary of ${shard}`, () => this.primaryNow(shard));
  }
}
