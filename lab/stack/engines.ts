import { type EngineStack, startCluster, startSentinel, WRITES_NEED_A_REPLICA } from '../../local/index.js';
import { slotOf } from '../../test/support/faults/key-slot.js';
import type { Scene } from '../experiment.js';

/** Where faults hit a cluster. A stack with sentinels has one shard only. */
export const SHARD = 'shard-1';

/** That shard has the first slots, and they move first if another one joins. */
export const FIRST_SLOTS = 80;

/** Whether a key is in one of the first slots, given its hash tag, or the whole key if it has none. */
export function isInFirstSlots(hashTag: string): boolean {
  return slotOf(hashTag) < FIRST_SLOTS;
}

/** One primary can be lost: the promoted replica still has another one, which its writes need. */
export const REPLICAS = 2;

/** Whether a node of this name holds no data. */
export function isSentinel(name: string): boolean {
  return name.startsWith('sentinel');
}

export type Servers = Pick<Scene, 'engine' | 'topology'>;

/** Starts an engine with replicas, as `npm start` does. A cluster has three shards. */
export function startReplicated({ engine, topology }: Servers): Promise<EngineStack> {
  const settings = WRITES_NEED_A_REPLICA;
  return topology === 'cluster'
    ? startCluster(engine, { settings, replicasPerShard: REPLICAS })
    : startSentinel(engine, { settings, replicas: REPLICAS });
}
