import { SLOTS } from '../../cluster/cluster-settings.js';
import type { EngineCluster, LocalEngine } from '../../index.js';
import type { Zone } from '../../stacks/zones.js';
import type { ControlledServer, NamedServer, Stack } from '../stack.js';
import { Refusal } from './refusal.js';
import { reportOf, type ServerReport } from './server-report.js';

export type ServerAction = 'kill' | 'pause' | 'resume' | 'restart';
export type ClusterAction = 'add-shard' | 'remove-shard';
export type ZoneAction = 'cut' | 'restore';

/** A primary is promoted by a majority of the primaries, so fewer than three cannot replace one. */
const FEWEST_SHARDS = 3;
const MOST_SHARDS = 5;

/** Lists and controls the servers of a stack for the app's console. Throws a {@link Refusal} when an action does not fit. */
export class ServerControls {
  private readonly busy = new Set<string>();
  private listing: Promise<ServerReport[]> | undefined;

  constructor(
    private readonly stack: Stack,
    private readonly print: (line: string) => void,
  ) {}

  /** Concurrent callers share one round of queries. */
  list(): Promise<ServerReport[]> {
    this.listing ??= Promise.all(this.stack.named().map(reportOf)).finally(() => {
      this.listing = undefined;
    });
    return this.listing;
  }

  async control(name: string, action: ServerAction): Promise<ServerReport> {
    const named = this.find(name);
    return this.alone(name, async () => {
      requireState(named, action);
      this.print(`${name}: ${action}, from the console`);
      await perform(named.server, action);
      return reportOf(named);
    });
  }

  /** Cuts a zone off: pauses all servers in it. Restoring resumes them. Resolves with the servers of the zone. */
  async changeZone(zone: Zone, action: ZoneAction): Promise<ServerReport[]> {
    const all = this.stack.named();
    const inZone = all.filter((one) => one.zone === zone);
    if (inZone.length === 0) {
      throw new Refusal(
        'E_ZONE_UNKNOWN',
        'No server is in this zone. Run npm start -- --topology sentinel, or --topology cluster.',
      );
    }
    return this.alone(`zone ${zone}`, async () => {
      this.print(`zone ${zone}: ${action}, from the console`);
      for (const { server } of inZone) {
        if (action === 'cut' && server.state === 'running') server.pause?.();
        if (action === 'restore' && server.state === 'paused') server.resume?.();
      }
      return Promise.all(inZone.map(reportOf));
    });
  }

  /** Resolves with the shard that was added or removed, when all slots are in their new places. */
  async resize(action: ClusterAction): Promise<{ shard: string }> {
    const { cluster } = this.stack;
    if (!cluster) {
      throw new Refusal('E_NO_CLUSTER', 'The engine has no shards. Run npm start -- --topology cluster.');
    }
    return this.alone('the cluster', async () => {
      this.requireAllNodes();
      this.print(`cluster: ${action}, from the console`);
      const shard = action === 'add-shard' ? await grow(cluster) : await shrink(cluster);
      this.stack.named();
      return { shard };
    });
  }

  private find(name: string): NamedServer {
    const all = this.stack.named();
    const found = all.find((one) => one.name === name);
    if (found) return found;
    // In the order of their names: they start at the same time.
    const names = all
      .map((one) => one.name)
      .toSorted()
      .join(', ');
    throw new Refusal('E_SERVER_UNKNOWN', `There is no server with this name. The servers are ${names}.`);
  }

  private requireAllNodes(): void {
    const missing = this.stack.named().filter((one) => one.isClusterNode && one.server.state !== 'running');
    if (missing.length === 0) return;
    const names = missing.map(({ name, server }) => `${name} is ${server.state}`).join(', ');
    throw new Refusal(
      'E_SERVER_STATE',
      `All nodes must run to move slots, but ${names}. Restart them first.`,
    );
  }

  /** One action at a time on each server, and none while slots move. */
  private async alone<T>(subject: string, action: () => Promise<T>): Promise<T> {
    const others = subject === 'the cluster' ? [...this.busy] : [subject, 'the cluster'];
    const running = others.find((one) => this.busy.has(one));
    if (running) {
      throw new Refusal('E_SERVER_BUSY', `Another action changes ${running}. Wait until it has ended.`);
    }
    this.busy.add(subject);
    try {
      return await action();
    } finally {
      this.busy.delete(subject);
    }
  }
}

function requireState({ name, server }: NamedServer, action: ServerAction): void {
  if (!(action in server)) {
    throw new Refusal(
      'E_SERVER_STATE',
      `${name} can only be restarted from here: this page comes from the application.`,
    );
  }
  const problem = problemOf(action, server.state);
  if (problem) throw new Refusal('E_SERVER_STATE', `${name} ${problem}`);
}

function problemOf(action: ServerAction, state: ControlledServer['state']): string | undefined {
  if (state === 'starting') return 'is starting. Wait until it runs.';
  if (state === 'stopped' && action !== 'restart') return 'is stopped. Restart it first.';
  if (state === 'paused' && action === 'pause') return 'is paused already. Resume it.';
  if (state === 'running' && action === 'resume') return 'runs and is not paused. Pause it first.';
  return undefined;
}

async function perform(server: ControlledServer & Partial<LocalEngine>, action: ServerAction): Promise<void> {
  await server[action]?.();
  if (action === 'restart') await server.command?.('PING');
}

/** Adds a shard and gives it its share of the slots. */
async function grow(cluster: EngineCluster): Promise<string> {
  const before = [...cluster.shards];
  if (before.length >= MOST_SHARDS) {
    throw new Refusal(
      'E_SERVER_STATE',
      `The cluster has ${MOST_SHARDS} shards, the most here. Remove one first.`,
    );
  }
  const shard = await cluster.addShard();
  const share = Math.floor(SLOTS / (before.length + 1));
  for (const other of before) {
    await cluster.moveSlots(other, shard, Math.max(0, (await cluster.slotsOf(other)) - share));
  }
  return shard;
}

/** Removes the newest shard. Its slots go to the others. */
async function shrink(cluster: EngineCluster): Promise<string> {
  const newest = cluster.shards.at(-1);
  if (newest === undefined || cluster.shards.length <= FEWEST_SHARDS) {
    throw new Refusal(
      'E_SERVER_STATE',
      `The cluster has ${FEWEST_SHARDS} shards. With fewer it could not promote a replica. Add one first.`,
    );
  }
  await cluster.removeShard(newest);
  return newest;
}
