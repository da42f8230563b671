interface Size {
  shards: number;
  replicas: number;
}

/** The nodes of one shard as ElastiCache names them: `<cluster>-0001-001`, which begins as the primary, `-002` and so on. */
export function nodesOfShard(cacheName: string, shard: number, replicas: number): string[] {
  const padded = (number: number, width: number) => String(number).padStart(width, '0');
  return Array.from(
    { length: 1 + replicas },
    (_, index) => `${cacheName}-${padded(shard, 4)}-${padded(index + 1, 3)}`,
  );
}

/** The dimensions of the metrics of each node. */
export function nodeDimensions(cacheName: string, { shards, replicas }: Size): Record<string, string>[] {
  return Array.from({ length: shards }, (_, index) => nodesOfShard(cacheName, index + 1, replicas))
    .flat()
    .map((node) => ({ CacheClusterId: node }));
}
