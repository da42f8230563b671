import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

const ASK_EVERY_MS = 20;

/**
 * Resolves with the time (`performance.now()`) at which it was found true; rejects when it does not come true. A question
 * that cannot be answered now is asked again.
 */
export async function becomesTrue(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<number> {
  const deadline = performance.now() + withinMs;
  let cause: unknown;
  while (performance.now() < deadline) {
    try {
      if (await isTrue()) return performance.now();
    } catch (error) {
      cause = error;
    }
    await wait(ASK_EVERY_MS);
  }
  throw new Error(`Waited ${withinMs / 1000} s in vain: ${what}.`, { cause });
}
