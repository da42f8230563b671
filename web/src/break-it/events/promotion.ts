import type { ServerEvent } from '../../../../src/demo/servers/servers.wire.js';

export interface Promotion {
  /** The primary that was killed or paused, and how. */
  lost: string;
  how: 'killed' | 'paused';
  /** The server that was promoted. */
  promoted: string;
  afterMs: number;
}

type Event = Pick<ServerEvent, 'kind' | 'name' | 'role' | 'at'>;

/** Each promotion, with the loss of a primary of the same shard before it. */
export function promotionsIn(events: readonly Event[]): Promotion[] {
  return events.flatMap((event, index) => {
    if (event.kind !== 'promoted') return [];
    const loss = events.slice(0, index).findLast((earlier) => isLossFor(earlier, event));
    if (loss === undefined) return [];
    const how = loss.kind === 'paused' ? 'paused' : 'killed';
    return [{ lost: loss.name, how, promoted: event.name, afterMs: event.at - loss.at }];
  });
}

function isLossFor({ kind, name, role }: Event, promoted: Event): boolean {
  const isLoss = kind === 'killed' || kind === 'paused';
  return isLoss && role === 'primary' && shardOf(name) === shardOf(promoted.name);
}

/** For example `shard-2` of `shard-2-replica-1`. Outside of a cluster all nodes belong together. */
function shardOf(name: string): string {
  return /^shard-\d+/.exec(name)?.[0] ?? '';
}
