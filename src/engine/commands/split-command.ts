import type { RedisArgument } from 'redis';
import { keySlot } from '../topology/key-slot.js';
import { EngineError } from '../engine.errors.js';

/** Commands that mean the same for all keys at once as for each by itself, and how their replies come together. */
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
  /** Where its keys stood in the whole. */
  positions: number[];
}

export function isSplittable(command: string): boolean {
  return SPLITTABLE.has(command);
}

/** One command for each slot that the keys of the whole are in. */
export function splitCommand(command: string, keys: readonly RedisArgument[]): CommandPart[] {
  const parts = new Map<number, CommandPart>();
  for (const [position, key] of keys.entries()) {
    const slot = keySlot(key);
    const part = parts.get(slot) ?? { slot, args: [command], positions: [] };
    part.args.push(key);
    part.positions.push(position);
    parts.set(slot, part);
  }
  return [...parts.values()];
}

/** The reply that the whole would have had. */
export function joinReplies(command: string, parts: CommandPart[], replies: unknown[]): unknown {
  if (SPLITTABLE.get(command) === 'sum')
    return replies.reduce<number>((sum, reply) => sum + Number(reply), 0);
  const whole: unknown[] = [];
  for (const [i, { positions }] of parts.entries()) {
    const values = replies[i] as unknown[];
    for (const [j, position] of positions.entries()) whole[position] = values[j];
  }
  return whole;
}

/**
 * What is known of the whole when parts of it did not succeed: refused and failed if that is so of all, else unknown. What is
 * no failure of the engine, but of who called it, stays what it is.
 */
export function joinFailures(command: string, replies: PromiseSettledResult<unknown>[]): Error | undefined {
  const failures = replies.flatMap((reply) => (reply.status === 'rejected' ? [reply.reason as Error] : []));
  const [first] = failures;
  const fault = failures.find((failure) => !(failure instanceof EngineError));
  if (!first || fault) return fault;
  const [outcome, ...others] = new Set(failures.map((failure) => (failure as EngineError).outcome));
  const isSoOfAll = failures.length === replies.length && outcome && others.length === 0;
  if (isSoOfAll) return first;
  return new EngineError('unknown', `${command} was done for a part of its keys only.`, { cause: first });
}
