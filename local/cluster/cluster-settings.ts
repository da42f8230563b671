import type { Setting } from '../engines/redis-node.js';

/** Hash slots of every cluster. */
export const SLOTS = 16_384;

/** Settings of a cluster node. `busPort` is for the messages between nodes; the default, port + 10000, may be taken or above 65535. */
export function clusterSettings(busPort: number, nodeTimeoutMilliseconds: number): Setting[] {
  return [
    ['cluster-enabled', 'yes'],
    ['cluster-config-file', 'nodes.conf'],
    ['cluster-port', `${busPort}`],
    ['cluster-node-timeout', `${nodeTimeoutMilliseconds}`],
    // While a shard is down, the other shards keep serving their keys.
    ['cluster-require-full-coverage', 'no'],
    // A replica can be promoted however old its data are: an old leaderboard is better than none.
    ['cluster-replica-validity-factor', '0'],
    // CLUSTER SLOTS lists a replica after its first replicated data. The default ping interval of 10 s would delay that.
    ['repl-ping-replica-period', '1'],
    // Replicas stay in their shard, so that node names keep naming the shard.
    ['cluster-allow-replica-migration', 'no'],
  ];
}

/** Splits `count` into `parts` ranges of nearly equal length: `[first, end)`. */
export function splitEvenly(count: number, parts: number): [first: number, end: number][] {
  const edge = (index: number): number => Math.floor((index * count) / parts);
  return Array.from({ length: parts }, (_, index) => [edge(index), edge(index + 1)]);
}
