import { performance } from 'node:perf_hooks';
import { Heartbeat } from './heartbeat.js';

/** Measures how long an action takes. Excludes the time in which this process itself was stalled by a busy machine. */
export async function elapsed<T>(action: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const heartbeat = new Heartbeat();
  heartbeat.start();
  try {
    const startedAt = performance.now();
    const result = await action();
    const endedAt = performance.now();
    return { result, ms: endedAt - startedAt - heartbeat.delayBetween(startedAt, endedAt) };
  } finally {
    heartbeat.stop();
  }
}
