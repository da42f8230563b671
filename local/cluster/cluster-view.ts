import type { Reply } from '../engines/redis-connection.js';

export interface ClusterNodeView {
  readonly id: string;
  /** Whether it holds the slots of its shard, dead or alive. */
  readonly primary: boolean;
  /** Neither suspected, nor failed, nor still shaking hands. */
  readonly healthy: boolean;
  /** The higher, the newer is what is said about its slots. */
  readonly epoch: number;
  readonly slots: readonly number[];
}

/** By id, as one node sees it. */
export type ClusterView = ReadonlyMap<string, ClusterNodeView>;

const UNHEALTHY = ['fail', 'fail?', 'handshake', 'noaddr'];

/** Reads the answer to CLUSTER NODES: `id address flags primary ping pong epoch link slot...`, a line each. */
export function readView(reply: Reply): ClusterView {
  const lines = String(reply).split('\n').filter(Boolean);
  return new Map(lines.map(readLine).map((node) => [node.id, node]));
}

function readLine(line: string): ClusterNodeView {
  const [id = '', , flagList = '', , , , epoch = '0', link = '', ...ranges] = line.split(' ');
  const flags = flagList.split(',');
  return {
    id,
    primary: flags.includes('master'),
    healthy: !flags.some((flag) => UNHEALTHY.includes(flag)) && link === 'connected',
    epoch: Number(epoch),
    // Thousands of numbers, which few who ask for a view want.
    get slots() {
      return ranges.flatMap(readRange);
    },
  };
}

/** `5`, `5-7`, and for slots on the move `[5->-id]`, which are listed as plain ones too. */
function readRange(range: string): number[] {
  if (range.startsWith('[')) return [];
  const [first = 0, last = first] = range.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Which of these is its shard's primary by the newest that anybody knows. */
export function newestPrimary<T extends Pick<ClusterNodeView, 'primary' | 'epoch'>>(
  candidates: readonly T[],
): T | undefined {
  return candidates.filter(({ primary }) => primary).toSorted((one, other) => other.epoch - one.epoch)[0];
}
