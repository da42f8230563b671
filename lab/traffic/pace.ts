import { setTimeout as wait } from 'node:timers/promises';

/**
 * Calls `work` so many times a second until the signal, without waiting for earlier calls, like independent users (an open load model).
 * The rate may change. After a delay of this process it catches up. Resolves when all calls have settled.
 */
export async function pace(
  perSecond: number | (() => number),
  signal: AbortSignal,
  work: (turn: number) => Promise<void>,
): Promise<void> {
  const rate = typeof perSecond === 'number' ? () => perSecond : perSecond;
  let dueAt = performance.now();
  const pending = new Set<Promise<void>>();
  for (let turn = 0; !signal.aborted; turn++) {
    const early = dueAt - performance.now();
    // Also when it is late: the answers of earlier calls, and Ctrl-C, have to get their turn.
    await wait(Math.max(0, early), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    const call = work(turn).finally(() => pending.delete(call));
    pending.add(call);
    dueAt += 1000 / rate();
  }
  await Promise.all(pending);
}
