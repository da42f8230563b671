import type { LocalEngine } from '../engines/redis-node.js';
import { onFreePorts } from '../processes/local-server.js';
import type { StackNodes } from '../stacks/stack-nodes.js';
import { clusterSettings } from './cluster-settings.js';
import { type ClusterView, newestPrimary, readView } from './cluster-view.js';

export interface ClusterShape {
  readonly replicasPerShard: number;
  readonly nodeTimeoutMilliseconds: number;
}

/** A node and its cluster id. */
export interface Member {
  readonly name: string;
  readonly node: LocalEngine;
  readonly id: string;
  readonly busPort: number;
  /** Where clients connect to it. */
  readonly publicPort: number;
}

/** Which nodes belong to which shard. */
export class ClusterMembers {
  private readonly byShard = new Map<string, Member[]>();
  private shardsStarted = 0;

  constructor(
    readonly nodes: StackNodes,
    private readonly shape: ClusterShape,
  ) {}

  get shards(): string[] {
    return [...this.byShard.keys()];
  }

  all(): Member[] {
    return [...this.byShard.values()].flat();
  }

  /** The first one was the primary at the start. Throws an error that lists the shards when none has this name. */
  of(shard: string): [Member, ...Member[]] {
    const [primary, ...replicas] = this.byShard.get(shard) ?? [];
    if (!primary) throw new Error(`There is no shard "${shard}". There are ${this.shards.join(', ')}.`);
    return [primary, ...replicas];
  }

  /** Starts the nodes of another shard. They do not know each other yet. */
  async startShard(): Promise<string> {
    this.shardsStarted += 1;
    const shard = `shard-${this.shardsStarted}`;
    // Reserves its position in the order: shards start concurrently.
    this.byShard.set(shard, []);
    const names = Array.from({ length: 1 + this.shape.replicasPerShard }, (_, index) =>
      index === 0 ? shard : `${shard}-replica-${index}`,
    );
    this.byShard.set(shard, await Promise.all(names.map((name) => this.startMember(name))));
    return shard;
  }

  async removeShard(shard: string): Promise<void> {
    const members = this.of(shard);
    this.byShard.delete(shard);
    await Promise.all(members.map(({ name }) => this.nodes.remove(name)));
  }

  /** Stops a node and starts an empty one with the same name and public port. The others do not know it yet. Resolves with the id of the old one. */
  async replaceMember(name: string): Promise<string> {
    const [shard, members] =
      [...this.byShard].find(([, members]) => members.some((one) => one.name === name)) ?? [];
    const old = members?.find((one) => one.name === name);
    if (!shard || !members || !old) throw new Error(`There is no node "${name}".`);
    await this.nodes.retire(name);
    const replacement = await this.startMember(name);
    // Another node of the shard is its primary now.
    this.byShard.set(shard, [...members.filter((one) => one !== old), replacement]);
    return old.id;
  }

  /** The cluster as each node that answers sees it. */
  async views(): Promise<ClusterView[]> {
    const names = this.all().map(({ name }) => name);
    return (await this.nodes.queryEach(names, 'CLUSTER', 'NODES')).map(readView);
  }

  /** The current primary of a shard: that with the newest epoch in any of the views. */
  primaryOf(shard: string, views: readonly ClusterView[]): Member {
    const candidates = views.flatMap((view) =>
      this.of(shard).flatMap((member) => {
        const seen = view.get(member.id);
        return seen ? [{ member, primary: seen.primary, epoch: seen.epoch }] : [];
      }),
    );
    const primary = newestPrimary(candidates);
    if (!primary) throw new Error(`No node that answers knows the primary of ${shard}.`);
    return primary.member;
  }

  private startMember(name: string): Promise<Member> {
    return onFreePorts(2, async ([port = 0, busPort = 0]) => {
      const publicPort = await this.nodes.publicPort(name, port);
      const announced = this.nodes.setup.tls ? 'cluster-announce-tls-port' : 'cluster-announce-port';
      const node = await this.nodes.start({
        name,
        port,
        settings: [
          ...clusterSettings(busPort, this.shape.nodeTimeoutMilliseconds),
          [announced, `${publicPort}`],
        ],
      });
      return { name, node, busPort, publicPort, id: String(await node.command('CLUSTER', 'MYID')) };
    });
  }
}
