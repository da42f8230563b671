import { EngineError } from '../engine.errors.js';
import { keySlot } from '../topology/key-slot.js';

/**
 * Keys of one command, so that it does not delay others. Serverless caches of ElastiCache accept at most 3,999 arguments, and
 * `unpack` of Lua about 8,000.
 *
 * Source: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/RedisConfiguration.html
 */
const MAX_KEYS = 1_000;

interface Part<T> {
  /** The indexes of its keys in the whole list. */
  indexes: number[];
  reply: T;
}

/**
 * Calls `send` with the keys of each slot, at most {@link MAX_KEYS} at once. A server without slots gets the keys of all slots together.
 *
 * @throws {EngineError} *refused* or *failed* if that is the outcome of every part, otherwise *unknown*. A part's error that is not
 * an EngineError is a mistake in the calling code and is thrown unchanged.
 */
export async function sendPerSlot<T>(
  keys: readonly string[],
  hasSlots: boolean,
  send: (keys: string[]) => Promise<T>,
): Promise<Part<T>[]> {
  const parts = indexesBySlot(keys, hasSlots);
  const sent = parts.map((indexes) => send(indexes.map((index) => keys[index] ?? '')));
  const failure = joinFailures(await Promise.allSettled(sent));
  if (failure) throw failure;
  const replies = await Promise.all(sent);
  return parts.map((indexes, i) => ({ indexes, reply: replies[i] as T }));
}

/** As {@link sendPerSlot}, with a value for each key, in the order of the keys. */
export async function readPerSlot<T>(
  keys: readonly string[],
  hasSlots: boolean,
  read: (keys: string[]) => Promise<T[]>,
): Promise<T[]> {
  // A hit of the query cache would notice the parts and their outcomes.
  if (!hasSlots && keys.length > 0 && keys.length <= MAX_KEYS) return read([...keys]);
  return joinLists(await sendPerSlot(keys, hasSlots, read));
}

/** The values of all parts, in the order of the whole list of keys. */
export function joinLists<T>(parts: readonly Part<T[]>[]): T[] {
  const whole: T[] = [];
  for (const { indexes, reply } of parts) {
    for (const [j, index] of indexes.entries()) whole[index] = reply[j] as T;
  }
  return whole;
}

function indexesBySlot(keys: readonly string[], hasSlots: boolean): number[][] {
  const parts = new Map<number, number[]>();
  for (const [index, key] of keys.entries()) {
    const slot = hasSlots ? keySlot(key) : 0;
    const indexes = parts.get(slot);
    if (indexes) indexes.push(index);
    else parts.set(slot, [index]);
  }
  return [...parts.values()].flatMap(inChunks);
}

/** Lists that each fit into one command. */
export function inChunks<T>(keys: readonly T[]): T[][] {
  const count = Math.ceil(keys.length / MAX_KEYS);
  return Array.from({ length: count }, (_, i) => keys.slice(i * MAX_KEYS, (i + 1) * MAX_KEYS));
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
