import { setTimeout as delay } from 'node:timers/promises';
import { isMisconfiguration } from './connection-failure.js';

const MIN_MS = 50;
const MAX_MS = 300;
/** A wrong password or certificate stays wrong until somebody changes it. */
const MISCONFIGURATION_MS = 4_000;

/**
 * Milliseconds until the next attempt to connect: full jitter below an exponential ceiling, so that nodes do not reconnect at the same
 * time. The ceiling is low because a promotion must be detected within a second.
 */
export function backoffMs(failures: number, error: unknown): number {
  if (isMisconfiguration(error)) return MISCONFIGURATION_MS * (0.5 + Math.random());
  return MIN_MS + Math.random() * Math.min(MIN_MS * 2 ** failures, MAX_MS);
}

/** Resolves after {@link backoffMs}, or when the signal is aborted. */
export async function backOff(failures: number, error: unknown, signal: AbortSignal): Promise<void> {
  await delay(backoffMs(failures, error), undefined, { signal }).catch(() => undefined);
}
