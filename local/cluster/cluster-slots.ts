import type { EngineHome } from '../engines/engine-home.js';
import { readView } from './cluster-view.js';
import { addressOf, type LocalEngine } from '../engines/redis-node.js';
import { RedisConnection } from '../engines/redis-connection.js';

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

const MOST_AT_ONCE = 32;
/** Fewer are not worth connections of their own. */
const SLOTS_FOR_EACH = 8;
const KEYS_AT_ONCE = 100;
const MIGRATION_MILLISECONDS = 1000;
// Valkey answers CLUSTER SETSLOT when the replicas have it, for which it waits up to 2 s by itself.
const SETSLOT_MILLISECONDS = 10_000;

/**
 * Moves slots with their keys as `redis-cli --cluster reshard` does, by the procedure of CLUSTER SETSLOT's manual.
 * Several slots move at once, each by connections of its own: a server answers SETSLOT when its configuration is on disk and,
 * with Valkey, on its replicas, and one such wait serves all connections.
 */
export class ClusterSlots {
  constructor(private readonly home: EngineHome) {}

  async move(move: SlotMove): Promise<void> {
    const owned = await this.slotsOf(move.source);
    if (owned.length < move.count) {
      throw new Error(`It has ${owned.length} slots, so ${move.count} cannot be moved.`);
    }
    const slots = owned.slice(0, move.count).values();
    const movers = Array.from(
      { length: Math.min(MOST_AT_ONCE, Math.ceil(move.count / SLOTS_FOR_EACH)) },
      () => this.moveEach(slots, move),
    );
    const failure = (await Promise.allSettled(movers)).find(({ status }) => status === 'rejected');
    if (failure?.status === 'rejected') throw failure.reason;
  }

  private async slotsOf({ node, id }: Shard): Promise<readonly number[]> {
    const connection = await this.connect(node);
    try {
      return readView(await connection.call('CLUSTER', 'NODES')).get(id)?.slots ?? [];
    } finally {
      connection.close();
    }
  }

  /** Takes slots from the iterator, one after the other, until there are no more. */
  private async moveEach(slots: Iterable<number>, move: SlotMove): Promise<void> {
    const connections = new Map<string, RedisConnection>();
    try {
      for (const { node, id } of [move.source, move.target, ...move.primaries]) {
        if (!connections.has(id)) connections.set(id, await this.connect(node));
      }
      for (const slot of slots) await this.moveSlot(`${slot}`, move, connections);
    } finally {
      for (const connection of connections.values()) connection.close();
    }
  }

  private connect(node: LocalEngine): Promise<RedisConnection> {
    const address = addressOf(this.home, node.port);
    return RedisConnection.open({ ...address, timeoutMilliseconds: SETSLOT_MILLISECONDS });
  }

  private async moveSlot(
    slot: string,
    { source, target }: SlotMove,
    connections: ReadonlyMap<string, RedisConnection>,
  ): Promise<void> {
    const [from, to] = [source, target].map(({ id }) => connections.get(id));
    if (!from || !to) return;
    await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source.id);
    await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target.id);
    await this.moveKeys(from, target.node.port, slot);
    // The target first: in between, both would send a client to each other, never to nobody.
    await to.call('CLUSTER', 'SETSLOT', slot, 'NODE', target.id);
    const others = [...connections.values()].filter((connection) => connection !== to);
    await Promise.all(others.map((other) => other.call('CLUSTER', 'SETSLOT', slot, 'NODE', target.id)));
  }

  private async moveKeys(from: RedisConnection, port: number, slot: string): Promise<void> {
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
