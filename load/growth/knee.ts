import type { Point } from '../scenario.js';

/** A rise of less than this, each time that the input doubles, is not worth another doubling. */
const WORTH_DOUBLING = 1.2;
/** A rate that falls below this share of the best one has been noticed. */
const STILL_GOOD = 0.8;

/** How a rate depends on its input: it should rise with connections and nodes, and stay with keys and bytes. */
export type Expected = 'rises' | 'stays';

export const KNEE_RULES: Readonly<Record<Expected, string>> = {
  rises:
    'Over connections and nodes, the knee is the last point up to which each doubling of the input raises the rate by at least 20%.',
  stays:
    'Over stored answers and sizes, the knee is the last point at which the rate is at least 80% of the best one up to there.',
};

/** The input at the knee of a curve. NaN without points. */
export function kneeOf(points: readonly Point[], expected: Expected): number {
  const past = points.findIndex((_, i) => i > 0 && isPast(points, i, expected));
  return (past === -1 ? points.at(-1) : points[past - 1])?.[0] ?? Number.NaN;
}

function isPast(points: readonly Point[], i: number, expected: Expected): boolean {
  const [input, rate] = points[i] ?? [NaN, NaN];
  if (expected === 'stays') return rate < STILL_GOOD * Math.max(...points.slice(0, i).map(([, y]) => y));
  const [inputBefore, rateBefore] = points[i - 1] ?? [NaN, NaN];
  return rate < rateBefore * WORTH_DOUBLING ** Math.log2(input / inputBefore);
}
