import { setTimeout as wait } from 'node:timers/promises';

/**
 * Calls `work` at a fixed interval without waiting for earlier calls, like independent clients (an open load model).
 * `work` gets the time at which it was due. Latency measured from there includes the wait for a slow server.
 * Rejects after the last call if any call failed.
 */
export async function openLoop(
  { everyMs, times, signal }: { everyMs: number; times: number; signal: AbortSignal },
  work: (dueAt: number, turn: number) => Promise<void>,
): Promise<void> {
  const startedAt = performance.now();
  const running: Promise<void>[] = [];
  const failures: Error[] = [];
  for (let turn = 0; turn < times; turn++) {
    const dueAt = startedAt + turn * everyMs;
    const early = dueAt - performance.now();
    if (early > 0) await wait(early, undefined, { signal });
    signal.throwIfAborted();
    running.push(work(dueAt, turn).catch((failure: Error) => void failures.push(failure)));
  }
  await Promise.all(running);
  const [first] = failures;
  if (first === undefined) return;
  throw new Error(
    `${failures.length} of ${times} calls failed, so the figures are invalid. First error: ${first.message}`,
  );
}
