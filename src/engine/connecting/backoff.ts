import { setTimeout as delay } from 'node:timers/promises';
import { isMisconfiguration } from './connection-failure.js';

const SHORTEST_MS = 50;
const LONGEST_MS = 300;
/** A wrong password or certificate is not made right by asking again. */
const MISCONFIGURATION_MS = 4_000;

/**
 * How long to wait before the next attempt: full jitter below an exponential ceiling, so that nodes do not come back in
 * step. The ceiling is low, because a failover has to be noticed within a second of the promotion.
 */
export function backoffMs(failures: number, error: unknown): number {
  if (isMisconfiguration(error)) return MISCONFIGURATION_MS * (0.5 + Math.random());
  return SHORTEST_MS + Math.random() * Math.min(SHORTEST_MS * 2 ** failures, LONGEST_MS);
}

export async function backOff(failures: number, error: unknown, signal: AbortSignal): Promise<void> {
  await delay(backoffMs(failures, error), undefined, { signal }).catch(() => undefined);
}
