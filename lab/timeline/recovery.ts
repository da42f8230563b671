import type { TimedCall } from './timeline.js';

const GOOD_SHARE = 0.99;

/**
 * A second is bad if fewer than 99% of the requests that were sent in it succeeded. Seconds from the fault to the last failed request of
 * the last bad second. 0: no second was bad.
 * Requests that failed while the machine stood still prove nothing. null: requests still fail in the last second of the load.
 */
export function secondsToRecovery(attempts: readonly TimedCall[], faultAt: number): number | null {
  const since = attempts.filter(({ startedAt, outcome }) => startedAt >= faultAt && outcome !== 'disturbed');
  const secondOf = ({ startedAt }: TimedCall) => Math.floor((startedAt - faultAt) / 1000);
  const seconds: TimedCall[][] = [];
  for (const attempt of since) (seconds[secondOf(attempt)] ??= []).push(attempt);
  const lastBad = seconds.findLastIndex((some) => some !== undefined && !isGood(some));
  if (lastBad === -1) return 0;
  if (lastBad === seconds.length - 1) return null;
  const failures = (seconds[lastBad] ?? []).filter(({ outcome }) => outcome !== 'ok');
  return Math.max(...failures.map(({ startedAt }) => startedAt - faultAt)) / 1000;
}

function isGood(attempts: readonly TimedCall[]): boolean {
  return attempts.filter(({ outcome }) => outcome === 'ok').length >= GOOD_SHARE * attempts.length;
}
