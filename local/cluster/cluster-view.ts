import type { Reply } from '../engines/redis-connection.js';

export interface ClusterNodeView {
  readonly id: string;
  /** Whether it is the node that was queried. */
  readonly isItself: boolean;
  /** Whether it owns the slots of its shard, even when it is down. */
  readonly primary: boolean;
  /** Neither suspected, failed, nor in the handshake. */
  readonly healthy: boolean;
  /** The configuration epoch: of two statements about the same slots, the one with the higher epoch is newer. */
  readonly epoch: number;
  readonly slots: readonly number[];
}

/** The cluster as one node sees it, by node id. */
export type ClusterView = ReadonlyMap<string, ClusterNodeView>;

const UNHEALTHY = ['fail', 'fail?', 'handshake', 'noaddr'];

/** Parses the reply of CLUSTER NODES: one line per node, `id address flags primary ping pong epoch link slot...`. */
export function readView(reply: Reply): ClusterView {
  const lines = String(reply).split('\n').filter(Boolean);
  return new Map(lines.map(readLine).map((node) => [node.id, node]));
}

function readLine(line: string): ClusterNodeView {
  const [id = '', , flagList = '', , , , epoch = '0', link = '', ...ranges] = line.split(' ');
  const flags = flagList.split(',');
  return {
    id,
    isItself: flags.includes('myself'),
    primary: flags.includes('master'),
    healthy: !flags.some((flag) => UNHEALTHY.includes(flag)) && link === 'connected',
    epoch: Number(epoch),
    // Computed lazily: thousands of numbers that most callers do not read.
    get slots() {
      return ranges.flatMap(readRange);
    },
  };
}

/** `5` or `5-7`. A slot that is being moved, `[5->-id]`, is also listed as a plain one. */
function readRange(range: string): number[] {
  if (range.startsWith('[')) return [];
  const [first = 0, last = first] = range.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** The primary with the highest configuration epoch among the candidates. */
export function newestPrimary<T extends Pick<ClusterNodeView, 'primary' | 'epoch'>>(
  candidates: readonly T[],
): T | undefined {
  return candidates.filter(({ primary }) => primary).toSorted((one, other) => other.epoch - one.epoch)[0];
}
