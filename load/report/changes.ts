import { formatFigure, formatGain } from '../measuring/format.js';
import { type Gain, type Interval, isCertain } from '../measuring/gain.js';
import type { Gains } from '../measuring/sides.js';
import { type Figure, isMet } from '../scenario.js';
import { machineOf, type Report, roundsOf } from './report.js';

/** What is different between two reports. */
export interface Changes {
  /** The earlier run. */
  readonly since: string;
  readonly rows: readonly Change[];
  /** How many ratios have the same verdict in both reports, in one sentence. Empty if the reports have no ratio in common. */
  readonly agreement: string;
  /** Why the reports can hardly be compared, one sentence each. */
  readonly caveats: readonly string[];
}

/** One ratio or figure that both reports have. */
export interface Change {
  readonly scenario: string;
  readonly what: string;
  readonly old: string;
  readonly now: string;
  readonly verdict: 'changed' | 'changed, goal met now' | 'changed, goal missed now' | 'no change shown';
}

/**
 * A ratio, or a figure of several rounds, has changed if the intervals of its median do not overlap. Another figure has changed if its goal
 * is met in one report and missed in the other. Everything else can be noise.
 */
export function changesBetween(old: Report, now: Report): Changes {
  const before = new Map(valuesOf(old).map((value) => [keyOf(value), value]));
  const after = valuesOf(now);
  const pairs = after.flatMap((value): [Value, Value][] => {
    const earlier = before.get(keyOf(value));
    return earlier ? [[earlier, value]] : [];
  });
  const rows = pairs.map(([earlier, value]) => changeOf(earlier, value));
  const unmatched = after.length + before.size - 2 * rows.length;
  return {
    since: `${old.date}, ${old.command}`,
    rows,
    agreement: agreementOf(pairs),
    caveats: [
      ...difference('machine', machineOf(old), machineOf(now)),
      ...difference('engine', old.engine ?? 'none', now.engine ?? 'none'),
      ...difference('rounds', roundsOf(old), roundsOf(now)),
      ...(unmatched > 0 ? [`${unmatched} ratios and figures are in one of the reports only.`] : []),
    ],
  };
}

interface Value {
  readonly scenario: string;
  readonly what: string;
  readonly measured: Gain | Figure;
}

function valuesOf({ scenarios }: Report): Value[] {
  return scenarios.flatMap(({ name: scenario, comparisons, figures }) => [
    ...comparisons.flatMap(({ title, sides, gains }) =>
      Object.entries(gains).flatMap(([over, gain]) =>
        ratiosOf(gain).map(([ratio, measured]) => ({
          scenario,
          what: `${title}: ${ratio}, ${sides[0]?.name} / ${over}`,
          measured,
        })),
      ),
    ),
    ...figures.map((figure) => ({ scenario, what: figure.figure, measured: figure })),
  ]);
}

function ratiosOf({ requestsPerSecond, p50, p99 }: Gains): [string, Gain][] {
  return [
    ['requests/s', requestsPerSecond],
    ['p50', p50],
    ['p99', p99],
  ];
}

function keyOf({ scenario, what }: Value): string {
  return `${scenario}: ${what}`;
}

function changeOf(earlier: Value, { scenario, what, measured }: Value): Change {
  return {
    scenario,
    what,
    old: describe(earlier.measured),
    now: describe(measured),
    verdict: verdictOf(earlier.measured, measured),
  };
}

/** A verdict in one run only is no contradiction: the other run says that it could not show a difference. */
function agreementOf(pairs: readonly (readonly [Value, Value])[]): string {
  const verdicts = pairs.flatMap(([{ measured: old }, { measured: now }]) =>
    'verdict' in old && 'verdict' in now ? [[old.verdict, now.verdict] as const] : [],
  );
  if (verdicts.length === 0) return '';
  const same = verdicts.filter(([old, now]) => old === now).length;
  const opposite = verdicts.filter((both) => both.includes('better') && both.includes('worse')).length;
  return `Of ${verdicts.length} ratios, ${same} have the same verdict in both runs, ${verdicts.length - same - opposite} have a verdict in one run only, and ${opposite} have opposite verdicts.`;
}

function describe(measured: Gain | Figure): string {
  return 'median' in measured ? formatGain(measured) : formatFigure(measured);
}

function verdictOf(old: Gain | Figure, now: Gain | Figure): Change['verdict'] {
  if ('median' in old && 'median' in now) return areApart(old, now) ? 'changed' : 'no change shown';
  if ('median' in old || 'median' in now) return 'no change shown';
  const goalOnly = !old.interval || !now.interval;
  if (!goalOnly && !areApart(old.interval, now.interval)) return 'no change shown';
  if (isMet(old) === isMet(now)) return goalOnly ? 'no change shown' : 'changed';
  return isMet(now) ? 'changed, goal met now' : 'changed, goal missed now';
}

function areApart(one: Interval, other: Interval): boolean {
  return isCertain(one) && isCertain(other) && (one.low > other.high || other.low > one.high);
}

function difference(what: string, old: string, now: string): string[] {
  return old === now ? [] : [`Not the same ${what}: ${old} then, ${now} now.`];
}
