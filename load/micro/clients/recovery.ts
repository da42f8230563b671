import { type Call, isWrite } from '../../../test/support/faults/call.js';
import { GRACE_MS } from '../../../test/support/faults/tally.js';
import { TIMEOUT_MS } from './compared-client.js';

const GOOD_FOR_MS = 500;

/**
 * Milliseconds until a client worked again: the start of the first half second in which every call succeeded, in time, and no write of
 * it was lost. Undefined if there is none. The calls are in the order in which they were sent.
 */
export function recoveryMs(
  calls: readonly Call[],
  state: ReadonlyMap<string, number>,
  repairedAt: number,
): number | undefined {
  let goodSince: number | undefined;
  for (const call of calls) {
    if (call.startedAt < repairedAt) continue;
    if (!isGood(call, state)) goodSince = undefined;
    else if (goodSince === undefined) goodSince = call.startedAt;
    else if (call.startedAt - goodSince >= GOOD_FOR_MS) return goodSince - repairedAt;
  }
  return undefined;
}

function isGood(call: Call, state: ReadonlyMap<string, number>): boolean {
  const { outcome, startedAt, settledAt = Number.POSITIVE_INFINITY, key } = call;
  return (
    outcome === 'done' &&
    settledAt - startedAt <= TIMEOUT_MS + GRACE_MS &&
    (!isWrite(call) || (state.get(key) ?? 0) > 0)
  );
}
