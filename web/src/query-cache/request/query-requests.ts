import { computed, signal } from '@preact/signals';
import { poll } from '../../http/poll.js';
import { request, type Problem } from '../../http/request.js';
import { outcomeOf, parseCacheStatus, type CacheStatus, type Outcome } from '../answer/cache-status.js';
import { flightQueries, type FlightArguments, type FlightQueryName } from './flight-queries.js';
import type { FlightAnswer } from '../answer/result-rows.js';
import { addRoundTrip, noRoundTrips, type RoundTrips } from '../comparison/round-trips.js';
import { parseServerTiming, type ServerTiming } from '../../sides/server-timing.js';

export type Way = keyof RoundTrips;

export interface LastAnswer {
  way: Way;
  /** Null when the answer has no `Cache-Status` header. */
  outcome: Outcome | null;
  status: CacheStatus | null;
  ageSeconds: string | null;
  /** When it stops being fresh, in milliseconds since the epoch; null if it is not stored. */
  expiresAt: number | null;
  timings: ServerTiming[];
  roundTripMs: number;
  body: FlightAnswer;
}

/** At most five requests a second, one by one: this page is not a load test. */
const PAUSE_MS = 200;
/** The continuous mode sends nothing while somebody types: half an airport code would be refused. */
const SETTLED_MS = 800;
const COMPARED = 10;

export const query = signal<FlightQueryName>('top-routes');
export const args = signal<FlightArguments>({ origin: 'ORD', destination: 'LGA', flightId: '4242' });
export const way = signal<Way>('cached');
export const path = computed(() => flightQueries[query.value].path(args.value));

export const lastAnswer = signal<LastAnswer | null>(null);
export const requestProblem = signal<Problem | null>(null);
export const roundTrips = signal<RoundTrips>(noRoundTrips);
/** Why requests are being sent: a click, a comparison, or the continuous mode. */
export const activity = signal<'idle' | 'once' | 'comparing' | 'continuous'>('idle');

let stopPolling: (() => void) | undefined;
/** As of `performance.now()`. */
let chosenAt = 0;

export async function requestOnce(): Promise<void> {
  if (activity.value !== 'idle') return;
  activity.value = 'once';
  await send(way.value);
  activity.value = 'idle';
}

/** Both ways in turn, so that other load on the machine affects both equally. */
export async function compareBothWays(): Promise<void> {
  if (activity.value !== 'idle') return;
  activity.value = 'comparing';
  requestProblem.value = null;
  for (let turn = 0; turn < COMPARED && requestProblem.value === null; turn += 1) {
    await send('uncached');
    await send('cached');
  }
  activity.value = 'idle';
}

export function toggleContinuous(): void {
  if (stopPolling === undefined) {
    activity.value = 'continuous';
    stopPolling = poll(async () => {
      if (performance.now() - chosenAt > SETTLED_MS) await send(way.value);
    }, PAUSE_MS);
    return;
  }
  stopPolling();
  stopPolling = undefined;
  activity.value = 'idle';
}

/** Clears the results: times of two different queries have no common median. */
export function choose(next: FlightQueryName, nextArgs: FlightArguments): void {
  chosenAt = performance.now();
  query.value = next;
  args.value = nextArgs;
  roundTrips.value = noRoundTrips;
  lastAnswer.value = null;
  requestProblem.value = null;
}

async function send(by: Way): Promise<void> {
  const requested = path.value;
  const answer = await request<FlightAnswer>(
    requested,
    by === 'uncached' ? { headers: { 'Cache-Control': 'no-store' } } : {},
  );
  // The visitor has chosen another query meanwhile.
  if (requested !== path.value) return;

  requestProblem.value = answer.ok ? null : answer.problem;
  if (!answer.ok) return;
  const status = parseCacheStatus(answer.headers.get('Cache-Status'));
  const outcome = status === null ? null : outcomeOf(status, by);
  lastAnswer.value = {
    way: by,
    outcome,
    status,
    ageSeconds: status?.hit === true ? answer.headers.get('Age') : null,
    expiresAt: expiryOf(status),
    timings: parseServerTiming(answer.headers.get('Server-Timing')),
    roundTripMs: answer.elapsedMs,
    body: answer.body,
  };
  // Where the server ignored `no-store`, the time would count for the wrong side.
  if (by === 'cached' || outcome === 'bypass')
    roundTrips.value = addRoundTrip(roundTrips.value, by, answer.elapsedMs);
}

/** The server rounds `ttl` down: the answer is fresh for up to a second longer. */
function expiryOf(status: CacheStatus | null): number | null {
  const seconds = status?.ttlSeconds ?? null;
  return seconds === null ? null : Date.now() + (seconds + 1) * 1_000;
}
