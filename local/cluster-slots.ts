import type { EngineHome } from './engine-home.js';
import { readView } from './cluster-view.js';
import { addressOf, type LocalEngine } from './redis-node.js';
import { RespConnection } from './resp.js';

interface Shard {
  readonly node: LocalEngine;
  readonly id: string;
}

export interface SlotMove {
  readonly source: Shard;
  readonly target: Shard;
  /** Of all shards: they are told the new owner at once instead of hearing it by and by. */
  readonly primaries: readonly Shard[];
  readonly count: number;
}

const KEYS_AT_ONCE = 100;
const MIGRATION_MILLISECONDS = 1000;
// Valkey answers CLUSTER SETSLOT when the replicas have it, for which it waits up to 2 s by itself.
const SETSLOT_MILLISECONDS = 10_000;

/** Moves slots with their keys as `redis-cli --cluster reshard` does, by the procedure of CLUSTER SETSLOT's manual. */
export class ClusterSlots {
  constructor(private readonly home: EngineHome) {}

  async move({ source, target, primaries, count }: SlotMove): Promise<void> {
    const connections = new Map<string, RespConnection>();
    try {
      for (const { node, id } of [source, target, ...primaries]) {
        if (connections.has(id)) continue;
        const address = {
          ...addressOf(this.home, node.port),
          answerWithinMilliseconds: SETSLOT_MILLISECONDS,
        };
        connections.set(id, await RespConnection.open(address));
      }
      const [from, to] = [source, target].map(({ id }) => connections.get(id));
      if (!from || !to) return;
      const owned = readView(await from.call('CLUSTER', 'NODES')).get(source.id)?.slots ?? [];
      if (owned.length < count) throw new Error(`It has ${owned.length} slots, so ${count} cannot be moved.`);
      for (const slot of owned.slice(0, count).map(String)) {
        await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source.id);
        await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target.id);
        await this.moveKeys(from, target.node.port, slot);
        // The target first: in between, both would send a client to each other, never to nobody.
        const told = new Set([to, from, ...connections.values()]);
        for (const connection of told) await connection.call('CLUSTER', 'SETSLOT', slot, 'NODE', target.id);
      }
    } finally {
      for (const connection of connections.values()) connection.close();
    }
  }

  private async moveKeys(from: RespConnection, port: number, slot: string): Promise<void> {
    const { operator } = this.home.access;
    const proof = operator ? ['AUTH2', operator.username ?? 'default', operator.password] : [];
    for (;;) {
      const keys = await from.call('CLUSTER', 'GETKEYSINSLOT', slot, `${KEYS_AT_ONCE}`);
      if (!Array.isArray(keys) || keys.length === 0) return;
      const limit = `${MIGRATION_MILLISECONDS}`;
      await from.call(
        'MIGRATE',
        '127.0.0.1',
        `${port}`,
        '',
        '0',
        limit,
        ...proof,
        'KEYS',
        ...keys.map(String),
      );
    }
  }
}
