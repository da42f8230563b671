import type { RedisClientType } from 'redis';
import type { EngineNode } from '../address/engine-address.js';
import {
  type ConnectionOptions,
  connectTo,
  FAILOVER_TIMEOUT_MS,
  answerWithin,
} from '../connecting/connect.js';
import type { Server } from '../servers/server.js';
import { SLOTS } from './key-slot.js';
import { readServerSlotRanges, readSlotRanges, type SlotRange } from './slot-ranges.js';

const MAP_READERS = 3;

/** The slot map of a cluster: which primary owns which slots, as one node reports it. */
export class ClusterMap {
  /** By address, `host:port`. */
  readonly primaries: Map<string, EngineNode>;
  /** Equal for equal maps. */
  readonly fingerprint: string;
  /** Built lazily: most maps are only compared. */
  private table: (string | undefined)[] | undefined;

  constructor(private readonly ranges: readonly SlotRange[]) {
    this.primaries = new Map(ranges.map(({ node }) => [addressOf(node), node]));
    this.fingerprint = ranges
      .map(({ from, to, node }) => `${from}-${to}=${addressOf(node)}`)
      .toSorted()
      .join(' ');
  }

  private get addresses(): (string | undefined)[] {
    if (this.table) return this.table;
    const table: (string | undefined)[] = Array.from({ length: SLOTS });
    for (const { from, to, node } of this.ranges) table.fill(addressOf(node), from, to + 1);
    return (this.table = table);
  }

  addressOf(slot: number): string | undefined {
    return this.addresses[slot];
  }

  /** Applies a MOVED reply. It holds until the next map is read. */
  move(slot: number, node: EngineNode): void {
    this.primaries.set(addressOf(node), node);
    this.addresses[slot] = addressOf(node);
  }
}

export function addressOf({ host, port }: EngineNode): string {
  return `${host}:${port}`;
}

/**
 * Reads the map from up to three of the servers. The one that most of them report wins: a primary that is cut off from the others
 * still reports itself. Undefined if no server answers in time.
 */
export async function readMajorityMap(
  servers: readonly Server[],
  deadlineMs: number,
): Promise<ClusterMap | undefined> {
  const readers = servers
    .filter(({ queue }) => queue.isUsable)
    .toSorted(() => Math.random() - 0.5)
    .slice(0, MAP_READERS);
  const reads = readers.map(({ client, node, capabilities }) =>
    answerWithin(deadlineMs, readServerSlotRanges(client, node, capabilities)),
  );
  const maps = (await Promise.allSettled(reads)).flatMap((read) =>
    read.status === 'fulfilled' ? [new ClusterMap(read.value)] : [],
  );
  const votes = (map: ClusterMap) => maps.filter(({ fingerprint }) => fingerprint === map.fingerprint).length;
  return maps.toSorted((one, other) => votes(other) - votes(one))[0];
}

/** Reads the map over a new connection, from whichever node answers first. */
export async function discoverMap(
  nodes: readonly EngineNode[],
  connection: ConnectionOptions,
): Promise<ClusterMap> {
  const distinct = new Map(nodes.map((node) => [addressOf(node), node]));
  const discover = async (node: EngineNode) => {
    const client = await connectTo(node, connection, FAILOVER_TIMEOUT_MS);
    try {
      return await answerWithin(FAILOVER_TIMEOUT_MS, readMap(client, node));
    } finally {
      client.destroy();
    }
  };
  return Promise.any([...distinct.values()].map(discover));
}

async function readMap(client: RedisClientType, node: EngineNode): Promise<ClusterMap> {
  return new ClusterMap(await readSlotRanges(client, node));
}
