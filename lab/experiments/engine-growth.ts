import { type EngineCluster, type EngineStack, type LocalEngine, startCluster } from '../../local/index.js';
import { areReplicating, waitUntil } from '../../local/stacks/readiness.js';
import type { Scene } from '../experiment.js';
import { FIRST_SLOTS, REPLICAS, startReplicated } from '../stack/engines.js';
import type { Load } from '../traffic/load.js';

/** A quarter of all 16,384 slots. */
const SLOTS = 4_096;
const SHARDS = 3;
const QUICK_SLOTS = SHARDS * FIRST_SLOTS;
const FOLLOWS_WITHIN_SECONDS = 20;

/** An engine that grows and shrinks under load, with marks in the timeline. */
export interface GrowingEngine {
  readonly servers: EngineStack;
  /** Resolves with the time when it began, and the number of keys on the new node at the end. */
  grow(load: Load): Promise<{ beganAt: number; keys: number }>;
  /** Resolves with the time when it is as before. */
  shrink(load: Load): Promise<number>;
}

/** Shards join a cluster. Behind sentinels there is one shard only, so a replica joins. */
export async function startGrowing(
  scene: Scene,
): Promise<GrowingEngine & { url: string; stop(): Promise<void> }> {
  const engine =
    scene.topology === 'cluster'
      ? new GrowingCluster(
          await startCluster(scene.engine, { shards: SHARDS, replicasPerShard: 1 }),
          scene.quick ? QUICK_SLOTS : SLOTS,
        )
      : await GrowingReplicas.start(await startReplicated(scene));
  const { servers } = engine;
  return Object.assign(engine, { url: servers.url, stop: () => servers.stop() });
}

class GrowingCluster implements GrowingEngine {
  private added = '';

  constructor(
    readonly servers: EngineCluster,
    private readonly slots: number,
  ) {}

  async grow(load: Load) {
    const others = [...this.servers.shards];
    const beganAt = load.mark('a shard joins');
    const shard = await this.servers.addShard();
    this.added = shard;
    for (const other of others)
      await this.servers.moveSlots(other, shard, Math.floor(this.slots / others.length));
    load.mark(`${SHARDS + 1} shards`);
    return { beganAt, keys: Number(await this.servers.node(shard).command('DBSIZE')) };
  }

  async shrink(load: Load) {
    load.mark('it leaves');
    await this.servers.removeShard(this.added);
    return load.mark(`${SHARDS} shards`);
  }
}

class GrowingReplicas implements GrowingEngine {
  private constructor(
    readonly servers: EngineStack,
    private readonly replica: LocalEngine,
  ) {}

  /** The last replica joins later. Writes need the other one only. */
  static async start(servers: EngineStack): Promise<GrowingReplicas> {
    const replica = servers.node(`replica-${REPLICAS}`);
    await replica.kill();
    return new GrowingReplicas(servers, replica);
  }

  async grow(load: Load) {
    const beganAt = load.mark('a replica joins');
    await this.replica.restart();
    await waitUntil('the replica follows', FOLLOWS_WITHIN_SECONDS, () => areReplicating([this.replica]));
    load.mark(`${REPLICAS} of ${REPLICAS} replicas`);
    return { beganAt, keys: Number(await this.replica.command('DBSIZE')) };
  }

  async shrink(load: Load) {
    load.mark('it leaves');
    await this.replica.kill();
    return load.mark(`${REPLICAS - 1} of ${REPLICAS} replicas`);
  }
}
