import { setTimeout as wait } from 'node:timers/promises';
import type { EngineCluster, EngineStack, LocalEngine } from '../../../local/index.js';
import type { Fault } from './fault.js';
import { tagsBelow } from './key-slot.js';

const DOWN_MS = 2_000;
/** The first slot of the first shard, so that `moveSlots` moves this one. Half of the calls use it. */
const HOT_SLOT = '0';
const HOT_TAGS = tagsBelow(1, 8);
/** Well below the deadline: while a slot is half moved, no server accepts a batch with two new keys in it. */
const HALF_MOVED_MS = 50;
const MOVES_THERE_AND_BACK = 5;
const SLOTS_MOVED_AT_ONCE = 100;
const SLOTS_OF_THE_NEW_SHARD = 100;

export const resharded: Fault = {
  name: 'live reshard',
  topologies: ['cluster'],
  harmless: true,
  // Half of the calls of each kind use the moving slot; the others are spread.
  traffic: {
    tagOf: (number) => (number % 4 < 2 ? (HOT_TAGS[number % HOT_TAGS.length] ?? '') : String(number)),
  },
  async strike({ stack }) {
    const cluster = clusterOf(stack.cluster);
    for (let move = 0; move < MOVES_THERE_AND_BACK; move++) {
      await moveHotSlot(cluster, 'shard-1', 'shard-2');
      await moveHotSlot(cluster, 'shard-2', 'shard-1');
    }
    await cluster.moveSlots('shard-1', 'shard-2', SLOTS_MOVED_AT_ONCE);
  },
};

/** Prolongs the half-moved state, in which the old owner has the old keys and the new owner the new keys. It usually lasts a millisecond. */
async function moveHotSlot(cluster: EngineCluster, from: string, to: string): Promise<void> {
  const [source, target] = [cluster.node(from), cluster.node(to)];
  const [sourceId, targetId] = [await idOf(source), await idOf(target)];
  // The target does not know the script yet.
  await target.command('SCRIPT', 'FLUSH');
  await target.command('CLUSTER', 'SETSLOT', HOT_SLOT, 'IMPORTING', sourceId);
  await source.command('CLUSTER', 'SETSLOT', HOT_SLOT, 'MIGRATING', targetId);
  await wait(HALF_MOVED_MS);
  await cluster.moveSlots(from, to, 1);
}

async function idOf(node: LocalEngine): Promise<string> {
  return String(await node.command('CLUSTER', 'MYID'));
}

export const shardsChanged: Fault = {
  name: 'node added and removed',
  topologies: ['cluster'],
  harmless: true,
  async strike({ stack }) {
    const cluster = clusterOf(stack.cluster);
    const added = await cluster.addShard();
    await cluster.moveSlots('shard-1', added, SLOTS_OF_THE_NEW_SHARD);
    await cluster.removeShard(added);
  },
};

/** Kills a replica and a sentinel. No client needs them. */
export const helpersLost: Fault = {
  name: 'node added and removed',
  topologies: ['sentinel'],
  harmless: true,
  async strike({ stack: { servers } }) {
    const helpers = ['replica-1', 'sentinel-1'].map((name) => stackOf(servers).node(name));
    await Promise.all(helpers.map((node) => node.kill()));
    await wait(DOWN_MS);
    await Promise.all(helpers.map((node) => node.restart()));
  },
};

function clusterOf(cluster: EngineCluster | undefined): EngineCluster {
  if (!cluster) throw new Error('This fault needs a cluster.');
  return cluster;
}

export function stackOf(stack: EngineStack | undefined): EngineStack {
  if (!stack) throw new Error('This fault needs several servers.');
  return stack;
}
