import { formatCount, formatMs } from '../measuring/format.js';
import type { SideFigures } from '../measuring/sides.js';
import type { Comparison, Figure } from '../scenario.js';
import { breakEvenDirectMs, breakEvenHitRatio, type QueryTimes } from './break-even.js';

const HIT_RATIO = 0.9;

/** When caching a query is worth it, from the medians of its sides. */
export interface Worth {
  readonly title: string;
  /** The share of hits below which caching loses. */
  readonly hitRatio: ReturnType<typeof breakEvenHitRatio>;
  /** The time in the database below which caching loses at 90% hits. */
  readonly databaseMs: number;
}

export const WORTH_CAVEAT =
  'Break-even: below that share of hits, what the misses cost in addition is more than what the hits save. A miss costs a direct answer, a lookup and a store, whatever the query takes, so queries that are cheaper for the database than the break-even are slower with a cache even at 90% hits.';

export function worthOf({ title, sides }: Comparison): Worth {
  const [module, miss, direct] = ['module', 'miss', 'direct'].map((name) => sideNamed(sides, name));
  if (!module || !miss || !direct) throw new Error('A side was not measured.');
  const times: QueryTimes = { hit: module.p50Ms, miss: miss.p50Ms, direct: direct.p50Ms };
  const { databaseMs = NaN, databaseQueries = NaN } = direct.counts;
  // Of a direct answer, what is not the database. It does not depend on the query.
  const rest = Math.max(0, times.direct - databaseMs / databaseQueries);
  return {
    title,
    hitRatio: breakEvenHitRatio(times),
    databaseMs: Math.max(0, breakEvenDirectMs(times, HIT_RATIO) - rest),
  };
}

/** For example "Caching one route loses unless more than 3% of the requests are hits." */
export function describeWorth({ title, hitRatio, databaseMs }: Worth): string {
  const atRatio =
    databaseMs === 0
      ? 'At 90% hits caching gains for every query, however little time it takes the database.'
      : `At 90% hits caching loses for queries that take the database less than ${formatMs(databaseMs)} ms.`;
  return `${describeHitRatio(title, hitRatio)} ${atRatio}`;
}

function describeHitRatio(title: string, hitRatio: Worth['hitRatio']): string {
  if (hitRatio === 'always')
    return `Caching ${title} gains at any share of hits: a miss takes no longer than an answer without the cache.`;
  if (hitRatio === 'never')
    return `Caching ${title} always loses: a hit takes no less time than an answer without the cache.`;
  return `Caching ${title} loses unless more than ${formatCount(100 * hitRatio)}% of the requests are hits.`;
}

/** "always" is a break-even of 0%, "never" one of 100%. */
export function hitRatioFigure({ title, hitRatio }: Worth): Figure {
  const percent = hitRatio === 'always' ? 0 : hitRatio === 'never' ? 100 : 100 * hitRatio;
  return { figure: `${title}: break-even share of hits`, value: percent, unit: '%' };
}

/** From a cheap query: of a slow one, miss and direct answer vary more than they differ. */
export function databaseTimeFigure({ title, databaseMs }: Worth): Figure {
  return { figure: `${title}: break-even time in the database at 90% hits`, value: databaseMs, unit: 'ms' };
}

function sideNamed(sides: readonly SideFigures[], name: string): SideFigures | undefined {
  return sides.find((side) => side.name === name);
}
