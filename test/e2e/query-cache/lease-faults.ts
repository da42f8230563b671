import { type EngineCluster, type EngineStack, startCluster, startSentinel } from '../../../local/index.js';
import { KeySpace } from '../../../src/query-cache/query/query-cache.keys.js';
import { slotOf } from '../../support/faults/key-slot.js';
import { until } from '../../support/until.js';

const PATIENCE_MS = 1_000;
const PROMOTED_WITHIN_MS = 30_000;
const PARTITIONS_MOVED = 2;
const HALF_MOVED_MS = 2_000;

interface Scene {
  /** The prefix of the query cache's keys. */
  prefix: string;
  /** Resolves when the local tier serves all answers again. */
  isFollowed: () => Promise<void>;
}

type Strike<Stack> = (stack: Stack, scene: Scene) => Promise<void>;

/** Servers, and what happens to them while two nodes invalidate and another one reads. */
export interface LeaseFault {
  on: string;
  name: string;
  start: (
    kind: 'redis' | 'valkey',
  ) => Promise<{ stack: EngineStack; strike: (scene: Scene) => Promise<void> }>;
}

const onSentinel = (name: string, strike: Strike<EngineStack>): LeaseFault => ({
  on: 'Sentinel',
  name,
  async start(kind) {
    const stack = await startSentinel(kind, { downAfterMilliseconds: PATIENCE_MS });
    return { stack, strike: (scene) => strike(stack, scene) };
  },
});

const onCluster = (name: string, strike: Strike<EngineCluster>): LeaseFault => ({
  on: 'a cluster',
  name,
  async start(kind) {
    const stack = await startCluster(kind, { nodeTimeoutMilliseconds: PATIENCE_MS });
    return { stack, strike: (scene) => strike(stack, scene) };
  },
});

const isPrimary = async (stack: EngineStack, name: string) =>
  String(await stack.node(name).command('ROLE')).startsWith('master');

const isPromoted = (stack: EngineStack, name: string) =>
  until(() => isPrimary(stack, name).catch(() => false), PROMOTED_WITHIN_MS);

const killed = (primary: string, replica: string) => async (stack: EngineStack) => {
  await stack.node(primary).kill();
  await isPromoted(stack, replica);
  await stack.node(primary).restart();
};

/** After the promotion the old primary goes on, at first without knowing that it was replaced. */
const paused = (primary: string, replica: string) => async (stack: EngineStack) => {
  stack.node(primary).pause();
  await isPromoted(stack, replica);
  stack.node(primary).resume();
};

async function plannedBySentinel(stack: EngineStack): Promise<void> {
  await stack.node('sentinel-1').command('SENTINEL', 'FAILOVER', 'primary');
  await isPromoted(stack, 'replica-1');
}

/** The old primary becomes a replica, which accepts the same subscriptions. */
async function plannedThereAndBack(cluster: EngineCluster, { isFollowed }: Scene): Promise<void> {
  for (const promoted of ['shard-1-replica-1', 'shard-1']) {
    await cluster.node(promoted).command('CLUSTER', 'FAILOVER');
    await isPromoted(cluster, promoted);
    await isFollowed();
  }
}

const partitionSlots = (prefix: string): number[] =>
  new KeySpace(prefix, true).invalidationChannels
    .slice(0, PARTITIONS_MOVED)
    .map((partition) => slotOf(/\{(.*)\}/.exec(partition)?.[1] ?? ''));

/** The keys are at the target, and the subscriptions still at the source. The move of the last partition is cancelled. */
async function leaveHalfMoved(cluster: EngineCluster, { prefix, isFollowed }: Scene): Promise<void> {
  const slots = partitionSlots(prefix);
  for (const slot of slots) await moveKeys(cluster, slot, 'shard-1', 'shard-2');
  const endsAt = performance.now() + HALF_MOVED_MS;
  await until(() => performance.now() > endsAt);
  const [cancelled, ...moved] = slots.toReversed();
  for (const shard of ['shard-1', 'shard-2']) await setSlot(cluster, shard, cancelled!, 'STABLE');
  for (const slot of moved) await assignSlot(cluster, slot, 'shard-2');
  await isFollowed();
}

/** The last two moves follow each other at once: no map that a node reads shows them. */
async function movePartitions(cluster: EngineCluster, { prefix, isFollowed }: Scene): Promise<void> {
  for (const slot of partitionSlots(prefix)) {
    await moveSlot(cluster, slot, 'shard-1', 'shard-2');
    await isFollowed();
    await moveSlot(cluster, slot, 'shard-2', 'shard-1');
    await moveSlot(cluster, slot, 'shard-1', 'shard-3');
    await moveSlot(cluster, slot, 'shard-3', 'shard-1');
    await isFollowed();
  }
}

async function moveSlot(cluster: EngineCluster, slot: number, from: string, to: string): Promise<void> {
  await moveKeys(cluster, slot, from, to);
  await assignSlot(cluster, slot, to);
}

async function moveKeys(cluster: EngineCluster, slot: number, from: string, to: string): Promise<void> {
  const [source, target] = [cluster.node(from), cluster.node(to)];
  await setSlot(cluster, to, slot, 'IMPORTING', String(await source.command('CLUSTER', 'MYID')));
  await setSlot(cluster, from, slot, 'MIGRATING', String(await target.command('CLUSTER', 'MYID')));
  for (;;) {
    const keys = (await source.command('CLUSTER', 'GETKEYSINSLOT', String(slot), '100')) as string[];
    if (keys.length === 0) return;
    await source.command('MIGRATE', '127.0.0.1', String(target.port), '', '0', '1000', 'KEYS', ...keys);
  }
}

async function assignSlot(cluster: EngineCluster, slot: number, to: string): Promise<void> {
  const id = String(await cluster.node(to).command('CLUSTER', 'MYID'));
  const others = cluster.shards.filter((shard) => shard !== to);
  await setSlot(cluster, to, slot, 'NODE', id);
  await Promise.all(others.map((shard) => setSlot(cluster, shard, slot, 'NODE', id)));
}

const setSlot = (cluster: EngineCluster, shard: string, slot: number, ...state: string[]) =>
  cluster.node(shard).command('CLUSTER', 'SETSLOT', String(slot), ...state);

export const LEASE_FAULTS: readonly LeaseFault[] = [
  onSentinel('a killed primary', killed('primary', 'replica-1')),
  onSentinel('a paused primary that comes back', paused('primary', 'replica-1')),
  onSentinel('a planned failover', plannedBySentinel),
  onCluster('a killed primary', killed('shard-1', 'shard-1-replica-1')),
  onCluster('a paused primary that comes back', paused('shard-1', 'shard-1-replica-1')),
  onCluster('a planned failover there and back', plannedThereAndBack),
  onCluster('partitions that move there and back', movePartitions),
  onCluster('partitions that stay half-moved', leaveHalfMoved),
];
