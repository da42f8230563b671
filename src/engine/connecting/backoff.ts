import { setTimeout as delay } from 'node:timers/promises';
import { findCredentialsErrors } from '../credentials/credentials-error.js';
import { isMisconfiguration } from './connection-failure.js';

const MIN_MS = 50;
const MAX_MS = 300;
/** A wrong password or certificate stays wrong until somebody changes it. */
const MISCONFIGURATION_MS = 4_000;
/** How often a wait checks whether there is another password by now. */
const CHECK_MS = 100;

/**
 * Milliseconds until the next attempt to connect: full jitter below an exponential ceiling, so that nodes do not reconnect at the same
 * time. The ceiling is low because a promotion must be detected within a second.
 */
export function backoffMs(failures: number, error: unknown): number {
  if (isMisconfiguration(error)) return MISCONFIGURATION_MS * (0.5 + Math.random());
  return MIN_MS + Math.random() * Math.min(MIN_MS * 2 ** failures, MAX_MS);
}

/** Whether the attempt failed with credentials that have been replaced since: a password file was rewritten. */
export function isOutdated(error: unknown): boolean {
  return findCredentialsErrors(error).some((failure) => failure.isOutdated());
}

/** Resolves after {@link backoffMs}, when the credentials have been replaced, or when the signal is aborted. */
export async function backOff(failures: number, error: unknown, signal: AbortSignal): Promise<void> {
  const endsAt = performance.now() + backoffMs(failures, error);
  for (let left = endsAt - performance.now(); left > 0; left = endsAt - performance.now()) {
    await delay(Math.min(left, CHECK_MS), undefined, { signal }).catch(() => undefined);
    if (signal.aborted || isOutdated(error)) return;
  }
}
