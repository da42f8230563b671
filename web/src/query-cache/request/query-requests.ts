import { computed, signal } from '@preact/signals';
import { poll } from '../../http/poll.js';
import { request, type Problem } from '../../http/request.js';
import { outcomeOf, parseCacheStatus, type CacheStatus, type Outcome } from '../answer/cache-status.js';
import { flightQueries, type FlightArguments, type FlightQueryName } from './flight-queries.js';
import type { FlightAnswer } from '../answer/result-rows.js';
import { addRoundTrip, noRoundTrips, type RoundTrips } from '../comparison/round-trips.js';
import { parseServerTiming, type ServerTiming } from '../answer/server-timing.js';

export type Way = keyof RoundTrips;

export interface LastAnswer {
  way: Way;
  /** null when the answer carried no `Cache-Status`. */
  outcome: Outcome | null;
  status: CacheStatus | null;
  ageSeconds: string | null;
  timings: ServerTiming[];
  roundTripMs: number;
  body: FlightAnswer;
}

/** At most five questions a second, one after the other: a page to look at, not a load test. */
const PAUSE_MS = 200;
const COMPARED = 10;

export const query = signal<FlightQueryName>('top-routes');
export const args = signal<FlightArguments>({ origin: 'ORD', destination: 'LGA', flightId: '4242' });
export const way = signal<Way>('cached');
export const path = computed(() => flightQueries[query.value].path(args.value));

export const lastAnswer = signal<LastAnswer | null>(null);
export const askProblem = signal<Problem | null>(null);
export const roundTrips = signal<RoundTrips>(noRoundTrips);
/** What keeps the page asking: a click, a comparison, or the continuous mode. */
export const activity = signal<'idle' | 'once' | 'comparing' | 'continuous'>('idle');

let stopAsking: (() => void) | undefined;

export async function askOnce(): Promise<void> {
  if (activity.value !== 'idle') return;
  activity.value = 'once';
  await ask(way.value);
  activity.value = 'idle';
}

/** Both ways in turn, so that whatever else the machine does falls on both alike. */
export async function compareBothWays(): Promise<void> {
  if (activity.value !== 'idle') return;
  activity.value = 'comparing';
  askProblem.value = null;
  for (let turn = 0; turn < COMPARED && askProblem.value === null; turn += 1) {
    await ask('uncached');
    await ask('cached');
  }
  activity.value = 'idle';
}

export function toggleContinuous(): void {
  if (stopAsking === undefined) {
    activity.value = 'continuous';
    stopAsking = poll(() => ask(way.value), PAUSE_MS);
    return;
  }
  stopAsking();
  stopAsking = undefined;
  activity.value = 'idle';
}

/** Another question: times of two different queries have no common median. */
export function choose(next: FlightQueryName, nextArgs: FlightArguments): void {
  query.value = next;
  args.value = nextArgs;
  roundTrips.value = noRoundTrips;
  lastAnswer.value = null;
  askProblem.value = null;
}

async function ask(by: Way): Promise<void> {
  const asked = path.value;
  const answer = await request<FlightAnswer>(
    asked,
    by === 'uncached' ? { headers: { 'Cache-Control': 'no-store' } } : {},
  );
  // The visitor has moved on to another question meanwhile.
  if (asked !== path.value) return;

  askProblem.value = answer.ok ? null : answer.problem;
  if (!answer.ok) return;
  const status = parseCacheStatus(answer.headers.get('Cache-Status'));
  const outcome = status === null ? null : outcomeOf(status, by);
  lastAnswer.value = {
    way: by,
    outcome,
    status,
    ageSeconds: status?.hit === true ? answer.headers.get('Age') : null,
    timings: parseServerTiming(answer.headers.get('Server-Timing')),
    roundTripMs: answer.elapsedMs,
    body: answer.body,
  };
  // Where the server did not heed `no-store`, the time would count for the wrong side.
  if (by === 'cached' || outcome === 'bypass')
    roundTrips.value = addRoundTrip(roundTrips.value, by, answer.elapsedMs);
}
