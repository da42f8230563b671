import type { LocalEngine } from '../../../local/index.js';
import { type Call, isWrite, textKey } from './call.js';

/** Writes whose trace in the servers is not what their callers were told. */
export interface Discrepancies {
  /** Acknowledged, and not there. */
  readonly lost: readonly Call[];
  /** Refused or failed, and there. */
  readonly ghosts: readonly Call[];
  /** Executed more than once. */
  readonly doubled: readonly Call[];
  /** Batches that are there by half. */
  readonly torn: readonly Call[];
}

// Through the keys without a cursor: these servers hold nothing but the traffic's.
const ALL_OF_PREFIX = `
local found = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  found[#found + 1] = key
  found[#found + 1] = redis.call('GET', key)
end
return found`;

/** What the primaries hold, by key. A counter that two of them hold counts for both. */
export async function readState(
  primaries: readonly LocalEngine[],
  prefix: string,
): Promise<ReadonlyMap<string, number>> {
  const state = new Map<string, number>();
  for (const primary of primaries) {
    const reply = await primary.command('EVAL', ALL_OF_PREFIX, '0', `${prefix}*`);
    const items = Array.isArray(reply) ? reply.map(String) : [];
    for (let index = 0; index + 1 < items.length; index += 2) {
      const [key = '', value = ''] = items.slice(index, index + 2);
      state.set(key, (state.get(key) ?? 0) + Number(value));
    }
  }
  return state;
}

/** Compares what callers were told with what there is. An unknown call may be there or not, but once. */
export function findDiscrepancies(calls: readonly Call[], state: ReadonlyMap<string, number>): Discrepancies {
  const writes = calls.filter(isWrite);
  const executions = (call: Call): number => state.get(call.key) ?? 0;
  const isDenied = ({ outcome }: Call): boolean => outcome === 'refused' || outcome === 'failed';
  return {
    lost: writes.filter((call) => call.acknowledged && executions(call) === 0),
    ghosts: writes.filter((call) => isDenied(call) && executions(call) > 0),
    doubled: writes.filter((call) => executions(call) > 1 || (call.counted ?? 0) > 1),
    torn: writes.filter((call) => call.kind === 'batch' && executions(call) > 0 !== state.has(textKey(call))),
  };
}
