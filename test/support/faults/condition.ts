import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

const POLL_INTERVAL_MS = 20;

/**
 * Polls a condition. Resolves with the time (`performance.now()`) at which it was true, and rejects after `withinMs`. An error of
 * `isTrue` counts as false.
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
    await wait(POLL_INTERVAL_MS);
  }
  throw new Error(`Not true within ${withinMs / 1000} s: ${what}.`, { cause });
}
