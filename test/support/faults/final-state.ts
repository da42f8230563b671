import type { LocalEngine } from '../../../local/index.js';
import { type Call, isWrite, textKey } from './call.js';

/** Writes whose effect on the servers contradicts their outcome. */
export interface Discrepancies {
  /** Acknowledged, but not stored. */
  readonly lost: readonly Call[];
  /** Refused or failed, but stored. */
  readonly ghosts: readonly Call[];
  /** Executed more than once. */
  readonly doubled: readonly Call[];
  /** Batches of which only a part is stored. */
  readonly torn: readonly Call[];
}

// KEYS is acceptable here: these servers hold only the keys of the traffic.
const ALL_OF_PREFIX = `
local found = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  found[#found + 1] = key
  found[#found + 1] = redis.call('GET', key)
end
return found`;

/** The counters of all primaries by key. A counter on two primaries is added up. */
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

/** Compares outcomes and stored data. A call with the outcome unknown may be stored or not, but not twice. */
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
