/** The zones of a stack. All servers run on this machine: a zone is a group of servers that fail together. */
export const ZONES = ['a', 'b', 'c'] as const;
export type Zone = (typeof ZONES)[number];

const SHARD = /^shard-(\d+)(?:-replica-(\d+))?$/;
const NUMBERED = /^(?:replica|sentinel|node)-(\d+)$/;

/**
 * The zone of a node of a stack, by its name. A replica is in another zone than the primary that it started with, and the sentinels and
 * the primaries of a cluster are spread over all three: so without one zone the others still have a majority and all data.
 */
export function zoneOf(node: string): Zone {
  const [, shard, replicaOfShard = 0] = SHARD.exec(node) ?? [];
  if (shard !== undefined) return zoneAt(Number(shard) - 1 + Number(replicaOfShard));
  const [kind] = node.split('-');
  const number = Number(NUMBERED.exec(node)?.[1] ?? 0);
  return zoneAt(kind === 'replica' ? number : Math.max(0, number - 1));
}

function zoneAt(index: number): Zone {
  return ZONES[index % ZONES.length] ?? 'a';
}
