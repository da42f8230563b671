import { setTimeout as wait } from 'node:timers/promises';
import type { LocalEngine } from '../engines/redis-node.js';

const POLL_EVERY_MILLISECONDS = 20;
const RETRIED_FOR_SECONDS = 20;

/** Polls a condition until it holds. Throws with `what` after the time limit; `cause` is the last error of the condition. */
export async function waitUntil(
  what: string,
  withinSeconds: number,
  holds: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + withinSeconds * 1000;
  let failure: unknown;
  while (Date.now() < deadline) {
    try {
      if (await holds()) return;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    await wait(POLL_EVERY_MILLISECONDS);
  }
  throw new Error(`Timed out after ${withinSeconds} s, waiting for: ${what}.`, { cause: failure });
}

/** Repeats an attempt that may fail on a busy machine, for example because servers answer late. */
export async function retried<T>(what: string, attempt: () => Promise<T>): Promise<T> {
  const results: T[] = [];
  await waitUntil(what, RETRIED_FOR_SECONDS, async () => {
    results.push(await attempt());
    return true;
  });
  return results[0] as T;
}

/** Whether every replica has loaded its primary's data and is connected to it. */
export async function areReplicating(replicas: readonly LocalEngine[]): Promise<boolean> {
  const infos = await Promise.all(replicas.map((replica) => replica.command('INFO', 'replication')));
  return infos.every((info) => String(info).includes('master_link_status:up'));
}
