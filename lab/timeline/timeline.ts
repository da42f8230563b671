import { quantile } from '../../load/measuring/statistics.js';
import type { Attempt } from '../traffic/client.js';
import { countFailures } from '../traffic/failures.js';

/** What happened in a run, in parts of equal length. Times are seconds since the load started. */
export interface Timeline {
  /** The load, for example "all use cases". */
  readonly title: string;
  /** Length of a part, in seconds. */
  readonly step: number;
  readonly marks: readonly { readonly at: number; readonly what: string }[];
  readonly sides: readonly SideTimeline[];
  /** SQL statements of the app per second, all sides. Pairs of time and rate. */
  readonly databaseQueries: readonly (readonly [at: number, perSecond: number])[];
}

/** By part of the timeline, in which the requests were sent. */
export interface SideTimeline {
  readonly name: string;
  readonly answeredPerSecond: readonly number[];
  /** Failed and hung requests, without those that failed while the machine stood still. */
  readonly failedPerSecond: readonly number[];
  /** null: no request. */
  readonly p99Ms: readonly (number | null)[];
  /** Of the query cache. null: no answer says whether it is a hit, as on the textbook side. */
  readonly hitPercent: readonly (number | null)[];
}

export interface Mark {
  readonly at: number;
  readonly what: string;
}

/** What a timeline shows of a request, or of a call to the engine. */
export type TimedCall = Pick<Attempt, 'startedAt' | 'ms' | 'outcome' | 'place'>;

export interface Recording {
  readonly title: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly sides: readonly { readonly name: string; readonly attempts: readonly TimedCall[] }[];
  readonly marks: readonly Mark[];
  /** SQL statements so far. */
  readonly samples: readonly { readonly at: number; readonly queries: number }[];
}

const STEP_SECONDS = 0.5;

export function timelineOf({ title, startedAt, endedAt, sides, marks, samples }: Recording): Timeline {
  const secondsOf = (at: number) => round((at - startedAt) / 1000);
  // The last part is not complete.
  const parts = Math.max(1, Math.floor(secondsOf(endedAt) / STEP_SECONDS));
  return {
    title,
    step: STEP_SECONDS,
    marks: marks.map(({ at, what }) => ({ at: secondsOf(at), what })),
    sides: sides.map(({ name, attempts }) => {
      const partOf = (attempt: TimedCall) => Math.floor(secondsOf(attempt.startedAt) / STEP_SECONDS);
      const byPart = Array.from({ length: parts }, (): TimedCall[] => []);
      for (const attempt of attempts) byPart[partOf(attempt)]?.push(attempt);
      return { name, ...sideTimeline(byPart) };
    }),
    databaseQueries: samples.slice(1).map(({ at, queries }, i) => {
      const before = samples[i] ?? { at, queries };
      return [secondsOf(at), round(((queries - before.queries) * 1000) / (at - before.at))] as const;
    }),
  };
}

function sideTimeline(byPart: readonly TimedCall[][]): Omit<SideTimeline, 'name'> {
  const perSecond = (attempts: readonly TimedCall[]) => round(attempts.length / STEP_SECONDS);
  return {
    answeredPerSecond: byPart.map((part) => perSecond(part.filter(({ outcome }) => outcome === 'ok'))),
    failedPerSecond: byPart.map((part) => round(countFailures(part) / STEP_SECONDS)),
    p99Ms: byPart.map((part) =>
      part.length === 0
        ? null
        : round(
            quantile(
              part.map(({ ms }) => ms),
              0.99,
            ),
          ),
    ),
    hitPercent: byPart.map(hitPercentOf),
  };
}

/** The share of hits of the query cache, of its answers that say so. null: there is none. */
export function hitPercentOf(attempts: readonly Pick<Attempt, 'place'>[]): number | null {
  const places = attempts.flatMap(({ place }) => place ?? []);
  if (places.length === 0) return null;
  return round((100 * places.filter((place) => place !== 'miss').length) / places.length);
}

function round(value: number): number {
  return Number(value.toFixed(3));
}
