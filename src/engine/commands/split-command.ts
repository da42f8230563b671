import type { RedisArgument } from 'redis';
import { EngineError } from '../engine.errors.js';
import { keySlot } from '../topology/key-slot.js';

/** Commands that are equivalent to one command per key, and how the replies are joined. */
const SPLITTABLE = new Map<string, 'sum' | 'list'>([
  ['DEL', 'sum'],
  ['UNLINK', 'sum'],
  ['EXISTS', 'sum'],
  ['TOUCH', 'sum'],
  ['MGET', 'list'],
]);

export interface CommandPart {
  slot: number;
  args: RedisArgument[];
  /** The indexes of its keys in the whole command. */
  indexes: number[];
}

export function isSplittable(command: string): boolean {
  return SPLITTABLE.has(command);
}

/**
 * Sends one command per slot and joins the replies.
 *
 * @throws {EngineError} *refused* or *failed* if that is the outcome of every part, otherwise *unknown*. A part's error that is not
 * an EngineError is a mistake in the calling code and is thrown unchanged.
 */
export async function sendInParts(
  command: string,
  keys: readonly RedisArgument[],
  send: (part: CommandPart) => Promise<unknown>,
): Promise<unknown> {
  const parts = splitCommand(command, keys);
  const sent = parts.map(send);
  const failure = joinFailures(command, await Promise.allSettled(sent));
  if (failure) throw failure;
  return joinReplies(command, parts, await Promise.all(sent));
}

/** One command per slot. */
export function splitCommand(command: string, keys: readonly RedisArgument[]): CommandPart[] {
  const parts = new Map<number, CommandPart>();
  for (const [index, key] of keys.entries()) {
    const slot = keySlot(key);
    const part = parts.get(slot) ?? { slot, args: [command], indexes: [] };
    part.args.push(key);
    part.indexes.push(index);
    parts.set(slot, part);
  }
  return [...parts.values()];
}

/** The reply that the whole command would have had. */
export function joinReplies(command: string, parts: CommandPart[], replies: unknown[]): unknown {
  if (SPLITTABLE.get(command) === 'sum')
    return replies.reduce<number>((sum, reply) => sum + Number(reply), 0);
  const whole: unknown[] = [];
  for (const [i, { indexes }] of parts.entries()) {
    const values = replies[i] as unknown[];
    for (const [j, index] of indexes.entries()) whole[index] = values[j];
  }
  return whole;
}

function joinFailures(command: string, replies: PromiseSettledResult<unknown>[]): Error | undefined {
  const failures = replies.flatMap((reply) => (reply.status === 'rejected' ? [reply.reason as Error] : []));
  const [first] = failures;
  const mistake = failures.find((failure) => !(failure instanceof EngineError));
  if (!first || mistake) return mistake;
  const [outcome, ...others] = new Set(failures.map((failure) => (failure as EngineError).outcome));
  const isSameForAll = failures.length === replies.length && outcome && others.length === 0;
  if (isSameForAll) return first;
  return new EngineError('unknown', `${command} was executed for some of its keys only.`, { cause: first });
}
