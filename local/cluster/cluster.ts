import { ClusterSlots } from './cluster-slots.js';
import { type ClusterView, newestPrimary, readView } from './cluster-view.js';
import { openHome } from '../engines/engine-home.js';
import {
  type EngineStack,
  followsItsPrimary,
  StackNodes,
  type StackOptions,
  untilTrue,
} from '../stacks/engine-stack.js';
import { onFreePorts } from '../processes/local-server.js';
import { engineUrl, type LocalEngine, type Setting } from '../engines/redis-node.js';

export interface ClusterOptions extends StackOptions {
  readonly shards?: number;
  readonly replicasPerShard?: number;
  /** How long a node may be silent before the others take it for dead. */
  readonly nodeTimeoutMilliseconds?: number;
}

/** An `EngineStack` that can grow and shrink while it serves. */
export interface EngineCluster extends EngineStack {
  /** Names of the shards, e.g. `shard-1`; its first primary has the same name. */
  readonly shards: readonly string[];
  /** Adds a shard without slots, with as many replicas as the others have; resolves with its name. */
  addShard(): Promise<string>;
  /** Moves its slots to the other shards, makes them forget it, and stops its nodes. */
  removeShard(shard: string): Promise<void>;
  /** Moves slots with their keys from one shard to another, while clients go on. */
  moveSlots(from: string, to: string, count: number): Promise<void>;
  /** How many slots a shard serves. */
  slotsOf(shard: string): Promise<number>;
}

const SLOTS = 16_384;
const SETTLES_WITHIN_SECONDS = 20;

/** Starts a cluster of primaries with replicas. Resolves when every node sees all of it and serves. */
export async function startCluster(
  kind: 'redis' | 'valkey',
  options: ClusterOptions = {},
): Promise<EngineCluster> {
  const { shards = 3, replicasPerShard = 1 } = options;
  const home = await openHome(kind, options, { directory: true });
  const cluster = new Cluster(new StackNodes(home, options), {
    replicasPerShard,
    nodeTimeoutMilliseconds: options.nodeTimeoutMilliseconds ?? 1000,
  });
  try {
    await cluster.form(shards);
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

interface Shape {
  readonly replicasPerShard: number;
  readonly nodeTimeoutMilliseconds: number;
}

/** A member with the id that the cluster knows it by. */
interface Member {
  readonly name: string;
  readonly node: LocalEngine;
  readonly id: string;
  readonly busPort: number;
  /** Where clients find it. */
  readonly front: number;
}

class Cluster implements EngineCluster {
  readonly topology = 'cluster';
  url = '';
  private readonly memberships = new Map<string, Member[]>();
  private shardsEver = 0;

  constructor(
    private readonly members: StackNodes,
    private readonly shape: Shape,
  ) {}

  get tls() {
    return this.members.home.tls;
  }

  get nodes() {
    return this.members.byName;
  }

  get shards(): string[] {
    return [...this.memberships.keys()];
  }

  node(name: string): LocalEngine {
    return this.members.get(name);
  }

  async form(shards: number): Promise<void> {
    await Promise.all(Array.from({ length: shards }, () => this.startShard()));
    await Promise.all(
      this.shards.map(async (shard, index) => {
        const [primary] = this.membersOf(shard);
        const [first, last] = [index, index + 1].map((edge) => Math.floor((edge * SLOTS) / shards));
        await primary.node.command('CLUSTER', 'ADDSLOTSRANGE', `${first}`, `${(last ?? 0) - 1}`);
        // Without a conflict to settle first: all begin with epoch 0.
        await primary.node.command('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`);
      }),
    );
    await this.join(this.shards);
    const ports = this.all().map(({ front }) => front);
    this.url = engineUrl(this.members.home, ports, { topology: this.topology, path: '' });
  }

  async primaryNow(shard = ''): Promise<string> {
    return (await this.primaryOf(shard)).name;
  }

  async addShard(): Promise<string> {
    const shard = await this.startShard();
    await this.join([shard]);
    return shard;
  }

  async removeShard(shard: string): Promise<void> {
    const members = this.membersOf(shard);
    const others = this.shards.filter((name) => name !== shard);
    if (others.length === 0)
      throw new Error(`${shard} is the last shard; there is nobody to take its slots.`);
    const slots = await this.slotsOf(shard);
    for (const [index, to] of others.entries()) {
      const [first, last] = [index, index + 1].map((edge) => Math.floor((edge * slots) / others.length));
      await this.moveSlots(shard, to, (last ?? 0) - (first ?? 0));
    }
    const staying = others.flatMap((name) => this.membersOf(name));
    // Before they stop: a forgotten node that gossips on is not let in again for a minute.
    await Promise.all(
      staying.flatMap(({ node }) => members.map(({ id }) => node.command('CLUSTER', 'FORGET', id))),
    );
    this.memberships.delete(shard);
    await Promise.all(members.map(({ name }) => this.members.remove(name)));
  }

  async moveSlots(from: string, to: string, count: number): Promise<void> {
    const views = await this.view();
    const [source, target] = [this.primaryIn(views, from), this.primaryIn(views, to)];
    const primaries = this.shards.map((shard) => this.primaryIn(views, shard));
    await new ClusterSlots(this.members.home).move({ source, target, primaries, count });
  }

  async slotsOf(shard: string): Promise<number> {
    const { node, id } = await this.primaryOf(shard);
    return readView(await node.command('CLUSTER', 'NODES')).get(id)?.slots.length ?? 0;
  }

  proxy(name: string) {
    return this.members.proxy(name);
  }

  stop(): Promise<void> {
    return this.members.stop();
  }

  private all(): Member[] {
    return [...this.memberships.values()].flat();
  }

  private membersOf(shard: string): [Member, ...Member[]] {
    const [primary, ...replicas] = this.memberships.get(shard) ?? [];
    if (!primary) throw new Error(`There is no shard "${shard}". There are ${this.shards.join(', ')}.`);
    return [primary, ...replicas];
  }

  private async primaryOf(shard: string): Promise<Member> {
    return this.primaryIn(await this.view(), shard);
  }

  private primaryIn(views: readonly ClusterView[], shard: string): Member {
    const candidates = views.flatMap((view) =>
      this.membersOf(shard).flatMap((member) => {
        const seen = view.get(member.id);
        return seen ? [{ member, primary: seen.primary, epoch: seen.epoch }] : [];
      }),
    );
    const primary = newestPrimary(candidates);
    if (!primary) throw new Error(`No node answers that knows the primary of ${shard}.`);
    return primary.member;
  }

  private async startShard(): Promise<string> {
    this.shardsEver += 1;
    const shard = `shard-${this.shardsEver}`;
    // Its place in the order, before the others' nodes have started.
    this.memberships.set(shard, []);
    const names = Array.from({ length: 1 + this.shape.replicasPerShard }, (_, index) =>
      index === 0 ? shard : `${shard}-replica-${index}`,
    );
    this.memberships.set(shard, await Promise.all(names.map((name) => this.startMember(name))));
    return shard;
  }

  private async startMember(name: string): Promise<Member> {
    return onFreePorts(2, async ([port = 0, busPort = 0]) => {
      const front = await this.members.frontOf(name, port);
      const announced = this.tls ? 'cluster-announce-tls-port' : 'cluster-announce-port';
      const settings: Setting[] = [
        ...clusterSettings(busPort, this.shape.nodeTimeoutMilliseconds),
        [announced, `${front}`],
      ];
      const node = await this.members.start({ name, port, settings });
      return { name, node, busPort, front, id: String(await node.command('CLUSTER', 'MYID')) };
    });
  }

  /** Makes the shards' nodes members, each by the hand of every other: word of mouth alone takes seconds. */
  private async join(shards: readonly string[]): Promise<void> {
    const newcomers = shards.flatMap((shard) => this.membersOf(shard));
    const known = this.all();
    await Promise.all(
      newcomers.map(async ({ node }) => {
        for (const other of known) {
          if (other.node === node) continue;
          await node.command('CLUSTER', 'MEET', '127.0.0.1', `${other.node.port}`, `${other.busPort}`);
        }
      }),
    );
    await Promise.all(shards.flatMap((shard) => this.replicate(shard)));
    await this.settled();
  }

  private replicate(shard: string): Promise<void>[] {
    const [primary, ...replicas] = this.membersOf(shard);
    return replicas.map(({ name, node }) =>
      // Refused until they have shaken hands.
      untilTrue(`${name} replicates ${shard}`, SETTLES_WITHIN_SECONDS, async () => {
        return (await node.command('CLUSTER', 'REPLICATE', primary.id)) === 'OK';
      }),
    );
  }

  private async settled(): Promise<void> {
    const all = this.all();
    const replicas = this.shards.flatMap((shard) => this.membersOf(shard).slice(1));
    await untilTrue('every node sees the whole cluster', SETTLES_WITHIN_SECONDS, async () => {
      const views = await this.view();
      const complete = views.every((view) => all.every(({ id }) => view.get(id)?.healthy));
      const replicasSeen = views.every((view) => replicas.every(({ id }) => !view.get(id)?.primary));
      return views.length === all.length && complete && replicasSeen;
    });
    // Until then a node that restarts refuses its own nodes.conf (Valkey 8.0).
    await untilTrue('every node knows which shard each belongs to', SETTLES_WITHIN_SECONDS, async () => {
      const shards = await Promise.all(all.map(({ node }) => node.command('CLUSTER', 'SHARDS')));
      return shards.every((seen) => (seen as unknown[]).length === this.shards.length);
    });
    await untilTrue('every node serves', SETTLES_WITHIN_SECONDS, async () => {
      const states = await Promise.all(all.map(({ node }) => node.command('CLUSTER', 'INFO')));
      return states.every((state) => {
        const text = String(state);
        return text.includes('cluster_state:ok') && text.includes(`cluster_slots_ok:${SLOTS}`);
      });
    });
    await untilTrue('every replica follows its primary', SETTLES_WITHIN_SECONDS, async () =>
      (await Promise.all(replicas.map(({ node }) => followsItsPrimary(node)))).every(Boolean),
    );
  }

  /** The cluster as each node that answers sees it. */
  private async view(): Promise<ClusterView[]> {
    const names = this.all().map(({ name }) => name);
    const answers = await this.members.askEach(names, 'CLUSTER', 'NODES');
    return answers.map(({ reply }) => readView(reply));
  }
}

function clusterSettings(busPort: number, nodeTimeoutMilliseconds: number): Setting[] {
  return [
    ['cluster-enabled', 'yes'],
    ['cluster-config-file', 'nodes.conf'],
    // The usual one, port + 10000, may not exist or be taken.
    ['cluster-port', `${busPort}`],
    ['cluster-node-timeout', `${nodeTimeoutMilliseconds}`],
    // A dead shard costs its own keys only.
    ['cluster-require-full-coverage', 'no'],
    // A replica is promoted however long it has not heard of its primary: an old board is better than none.
    ['cluster-replica-validity-factor', '0'],
    // CLUSTER SLOTS leaves a replica out until something was replicated to it, and the usual ping comes after 10 s.
    ['repl-ping-replica-period', '1'],
    // Names go on telling which shard a node belongs to.
    ['cluster-allow-replica-migration', 'no'],
  ];
}
