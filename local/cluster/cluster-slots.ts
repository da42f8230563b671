import type { EngineSetup } from '../engines/engine-setup.js';
import { RedisConnection } from '../engines/redis-connection.js';
import { addressOf, type LocalEngine } from '../engines/redis-node.js';
import { readView } from './cluster-view.js';

interface Shard {
  readonly node: LocalEngine;
  readonly id: string;
}

export interface SlotMove {
  readonly source: Shard;
  readonly target: Shard;
  /** The primaries of all shards. They learn the new owner at once instead of through gossip. */
  readonly primaries: readonly Shard[];
  readonly count: number;
}

const MAX_CONCURRENCY = 32;
const MIN_SLOTS_PER_WORKER = 8;
const KEYS_PER_MIGRATE = '100';
const MIGRATE_TIMEOUT_MILLISECONDS = '1000';
// Valkey replies to CLUSTER SETSLOT when its replicas have the change. It waits up to 2 s for them.
const SETSLOT_TIMEOUT_MILLISECONDS = 10_000;

/**
 * Moves slots with their keys like `redis-cli --cluster reshard`, by the procedure in the documentation of CLUSTER SETSLOT.
 * Several slots move concurrently on separate connections: SETSLOT waits for the configuration to reach the disk (with Valkey also
 * the replicas), and one such wait serves all connections.
 */
export async function moveSlots(setup: EngineSetup, move: SlotMove): Promise<void> {
  const owned = await slotsOf(setup, move.source);
  if (owned.length < move.count) {
    throw new Error(`The shard has ${owned.length} slots, so ${move.count} cannot be moved.`);
  }
  const slots = owned.slice(0, move.count).values();
  const length = Math.min(MAX_CONCURRENCY, Math.ceil(move.count / MIN_SLOTS_PER_WORKER));
  const workers = Array.from({ length }, () => moveAll(setup, slots, move));
  const failure = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected');
  if (failure?.status === 'rejected') throw failure.reason;
}

async function slotsOf(setup: EngineSetup, { node, id }: Shard): Promise<readonly number[]> {
  const connection = await connect(setup, node);
  try {
    return readView(await connection.call('CLUSTER', 'NODES')).get(id)?.slots ?? [];
  } finally {
    connection.close();
  }
}

/** Moves slots one by one until the iterator, which other workers share, has no more. */
async function moveAll(setup: EngineSetup, slots: Iterable<number>, move: SlotMove): Promise<void> {
  const connections = new Map<string, RedisConnection>();
  try {
    for (const { node, id } of [move.source, move.target, ...move.primaries]) {
      if (!connections.has(id)) connections.set(id, await connect(setup, node));
    }
    for (const slot of slots) await moveSlot(setup, `${slot}`, move, connections);
  } finally {
    for (const connection of connections.values()) connection.close();
  }
}

function connect(setup: EngineSetup, node: LocalEngine): Promise<RedisConnection> {
  const address = addressOf(setup, node.port);
  return RedisConnection.open({ ...address, timeoutMilliseconds: SETSLOT_TIMEOUT_MILLISECONDS });
}

async function moveSlot(
  setup: EngineSetup,
  slot: string,
  { source, target }: SlotMove,
  connections: ReadonlyMap<string, RedisConnection>,
): Promise<void> {
  const [from, to] = [source, target].map(({ id }) => connections.get(id));
  if (!from || !to) return;
  await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source.id);
  await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target.id);
  await moveKeys(from, slot, migrateArguments(setup, target.node.port));
  // The target first: until the source knows too, both redirect clients to each other, so no request is lost.
  await to.call('CLUSTER', 'SETSLOT', slot, 'NODE', target.id);
  const others = [...connections.values()].filter((connection) => connection !== to);
  await Promise.all(others.map((other) => other.call('CLUSTER', 'SETSLOT', slot, 'NODE', target.id)));
}

async function moveKeys(from: RedisConnection, slot: string, migrate: readonly string[]): Promise<void> {
  for (;;) {
    const keys = await from.call('CLUSTER', 'GETKEYSINSLOT', slot, KEYS_PER_MIGRATE);
    if (!Array.isArray(keys) || keys.length === 0) return;
    await from.call('MIGRATE', ...migrate, 'KEYS', ...keys.map(String));
  }
}

/** host, port, key (empty: KEYS follow), database, timeout and credentials. */
function migrateArguments({ access }: EngineSetup, port: number): string[] {
  const { operator } = access;
  const credentials = operator ? ['AUTH2', operator.username ?? 'default', operator.password] : [];
  return ['127.0.0.1', `${port}`, '', '0', MIGRATE_TIMEOUT_MILLISECONDS, ...credentials];
}
