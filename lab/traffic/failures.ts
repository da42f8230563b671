import type { Attempt, Outcome } from './client.js';

/** How many requests failed or hung. Those that failed while the machine stood still prove nothing. */
export function countFailures(attempts: readonly Pick<Attempt, 'outcome'>[]): number {
  return attempts.filter(({ outcome }) => outcome === 'failed' || outcome === 'hung').length;
}

/** How many requests failed while the machine stood still. */
export function countDisturbed(attempts: readonly Attempt[]): number {
  return attempts.filter(({ outcome }) => outcome === 'disturbed').length;
}

/** With which status requests failed, for example "query 503 (2), session without an answer (1)". Empty: none failed. */
export function listFailures(attempts: readonly Attempt[], outcomes: readonly Outcome[]): string {
  const counts = new Map<string, number>();
  for (const { useCase, status, outcome } of attempts) {
    if (!outcomes.includes(outcome)) continue;
    const what = `${useCase} ${status === 0 ? 'without an answer' : status}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => `${what} (${count})`).join(', ');
}
