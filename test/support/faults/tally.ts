import type { Heartbeat } from '../heartbeat.js';
import type { Call, Outcome } from './call.js';

export type Counts = Record<Outcome, number>;

/** Number of calls by outcome. */
export interface Tally extends Counts {
  readonly calls: number;
  /** Never settled. */
  readonly hung: number;
  /** Settled later than 50 ms after their deadline. */
  readonly late: number;
  readonly slowestMs: number;
}

export const GRACE_MS = 50;
const BUCKET_MS = 100;

export function tally(calls: readonly Call[], deadlineMs: number): Tally {
  const durations = calls.map(durationOf);
  return {
    calls: calls.length,
    ...countOutcomes(calls),
    hung: calls.filter(({ outcome }) => !outcome).length,
    late: lateCalls(calls, deadlineMs).length,
    slowestMs: durations.reduce((slowest, duration) => Math.max(slowest, duration), 0),
  };
}

export function lateCalls(calls: readonly Call[], deadlineMs: number): readonly Call[] {
  return calls.filter((call) => durationOf(call) > deadlineMs + GRACE_MS);
}

/** Whether a late call would have settled in time if the event loop of this process had not been blocked. */
export function isDelayedByTheLoop(
  { startedAt, settledAt = startedAt }: Call,
  deadlineMs: number,
  heartbeat: Heartbeat,
): boolean {
  const endsAt = startedAt + deadlineMs;
  return settledAt - heartbeat.delayBetween(endsAt, settledAt) <= endsAt + GRACE_MS;
}

function durationOf({ startedAt, settledAt = startedAt }: Call): number {
  return settledAt - startedAt;
}

export interface Bucket extends Counts {
  /** Start of the interval, in milliseconds after `zero`. */
  readonly atMs: number;
}

/** The outcomes of the calls that settled in each 100 ms between two times (`performance.now()`). */
export function timeline(
  calls: readonly Call[],
  { zero, from, to }: Record<'zero' | 'from' | 'to', number>,
): Bucket[] {
  const buckets = Array.from({ length: Math.ceil((to - from) / BUCKET_MS) }, (): Call[] => []);
  for (const call of calls) buckets[Math.floor(((call.settledAt ?? 0) - from) / BUCKET_MS)]?.push(call);
  return buckets.map((settled, index) => ({
    atMs: Math.round(from - zero) + index * BUCKET_MS,
    ...countOutcomes(settled),
  }));
}

function countOutcomes(calls: readonly Call[]): Counts {
  const counts: Counts = { done: 0, refused: 0, failed: 0, unknown: 0 };
  for (const { outcome } of calls) if (outcome) counts[outcome]++;
  return counts;
}
