import { EngineError } from '../engine.errors.js';
import { keySlot } from '../topology/key-slot.js';

/** The keys of one slot. */
export interface Part {
  keys: string[];
  /** Their indexes in the whole list of keys. */
  indexes: number[];
}

export function keysBySlot(keys: readonly string[]): Part[] {
  const parts = new Map<number, Part>();
  for (const [index, key] of keys.entries()) {
    const slot = keySlot(key);
    const part = parts.get(slot) ?? { keys: [], indexes: [] };
    part.keys.push(key);
    part.indexes.push(index);
    parts.set(slot, part);
  }
  return [...parts.values()];
}

/**
 * Calls `send` for each part and returns the replies.
 *
 * @throws {EngineError} *refused* or *failed* if that is the outcome of every part, otherwise *unknown*. A part's error that is not
 * an EngineError is a mistake in the calling code and is thrown unchanged.
 */
export async function sendPerSlot<T>(
  parts: readonly Part[],
  send: (keys: string[]) => Promise<T>,
): Promise<T[]> {
  const sent = parts.map(({ keys }) => send(keys));
  const failure = joinFailures(await Promise.allSettled(sent));
  if (failure) throw failure;
  return Promise.all(sent);
}

/** The values of all parts, in the order of the whole list of keys. */
export function inOrderOf<T>(parts: readonly Part[], replies: readonly T[][]): T[] {
  const whole: T[] = [];
  for (const [i, { indexes }] of parts.entries()) {
    for (const [j, index] of indexes.entries()) whole[index] = replies[i]?.[j] as T;
  }
  return whole;
}

function joinFailures(replies: PromiseSettledResult<unknown>[]): Error | undefined {
  const failures = replies.flatMap((reply) => (reply.status === 'rejected' ? [reply.reason as Error] : []));
  const [first] = failures;
  const mistake = failures.find((failure) => !(failure instanceof EngineError));
  if (!first || mistake) return mistake;
  const [outcome, ...others] = new Set(failures.map((failure) => (failure as EngineError).outcome));
  const isSameForAll = failures.length === replies.length && outcome && others.length === 0;
  if (isSameForAll) return first;
  return new EngineError('unknown', 'The call was executed for some of its keys only.', { cause: first });
}
