import { setTimeout as wait } from 'node:timers/promises';
import { type EngineCluster, type EngineStack, type LocalEngine, startCluster } from '../../local/index.js';
import type { Scene } from '../experiment.js';
import { REPLICAS, SHARD, startReplicated } from '../stack/engines.js';
import type { Load } from '../traffic/load.js';

/** A quarter of all 16,384 slots. */
const SLOTS = 4_096;
const QUICK_SLOTS = 240;
const SHARDS = 3;
const FOLLOWS_WITHIN_MS = 20_000;
const CHECK_EVERY_MS = 50;

/** An engine that grows and shrinks under load. Each method resolves with the time of its mark in the timeline. */
export interface GrowingEngine {
  readonly servers: EngineStack;
  /** Resolves also with the number of keys that the new node holds then. */
  grow(load: Load): Promise<{ beganAt: number; keys: number }>;
  /** Resolves when it is as before. */
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
  constructor(
    readonly servers: EngineCluster,
    private readonly slots: number,
  ) {}

  async grow(load: Load) {
    const others = [...this.servers.shards];
    const beganAt = load.mark('a shard joins');
    const shard = await this.servers.addShard();
    for (const other of others)
      await this.servers.moveSlots(other, shard, Math.floor(this.slots / others.length));
    load.mark(`${SHARDS + 1} shards`);
    return { beganAt, keys: Number(await this.servers.node(shard).command('DBSIZE')) };
  }

  async shrink(load: Load) {
    load.mark('it leaves');
    await this.servers.removeShard(`shard-${SHARDS + 1}`);
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
    const primary = this.servers.node(await this.servers.primaryNow(SHARD));
    await untilFollowing(primary, REPLICAS);
    load.mark(`${REPLICAS} replicas`);
    return { beganAt, keys: Number(await this.replica.command('DBSIZE')) };
  }

  async shrink(load: Load) {
    load.mark('it leaves');
    await this.replica.kill();
    return load.mark(REPLICAS === 2 ? '1 replica' : `${REPLICAS - 1} replicas`);
  }
}

async function untilFollowing(primary: LocalEngine, replicas: number): Promise<void> {
  const deadline = performance.now() + FOLLOWS_WITHIN_MS;
  while (performance.now() < deadline) {
    const info = String(await primary.command('INFO', 'replication'));
    if ([...info.matchAll(/state=online/g)].length === replicas) return;
    await wait(CHECK_EVERY_MS);
  }
  throw new Error(`The primary did not have ${replicas} replicas within ${FOLLOWS_WITHIN_MS / 1000} s.`);
}
