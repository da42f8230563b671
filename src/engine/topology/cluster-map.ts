import type { RedisClientType } from 'redis';
import type { EngineNode } from '../address/engine-url.js';
import { SLOTS } from './key-slot.js';

/** Which primary has which slots, as one node of the cluster sees it. */
export class ClusterMap {
  /** By address, `host:port`. */
  readonly primaries: Map<string, EngineNode>;
  /** Tells two maps apart. */
  readonly fingerprint: string;
  /** Made when it is asked: most maps are only compared. */
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

  /** Until the next map: a server said so. */
  move(slot: number, node: EngineNode): void {
    this.primaries.set(addressOf(node), node);
    this.addresses[slot] = addressOf(node);
  }
}

interface SlotRange {
  from: number;
  to: number;
  node: EngineNode;
}

export function addressOf({ host, port }: EngineNode): string {
  return `${host}:${port}`;
}

/** Asks a node of the cluster for its map. */
export async function readClusterMap(client: RedisClientType, asked: EngineNode): Promise<ClusterMap> {
  const ranges = await client.clusterSlots();
  return new ClusterMap(
    ranges.map(({ from, to, master }) => ({
      from,
      to,
      // A node that does not know its own address leaves it out.
      node: { host: master.host || asked.host, port: master.port },
    })),
  );
}
