/** Times of one query in milliseconds: without the cache, as a miss that loads and stores, and as a hit. */
export interface QueryTimes {
  readonly direct: number;
  readonly miss: number;
  readonly hit: number;
}

/**
 * The share of hits below which the cache makes a query slower on average: h*hit + (1-h)*miss = direct, solved for h. "always" if
 * caching gains at any share, also without a hit. "never" if it gains at none.
 */
export function breakEvenHitRatio({ direct, miss, hit }: QueryTimes): number | 'always' | 'never' {
  if (hit >= direct) return 'never';
  if (miss <= direct) return 'always';
  return (miss - direct) / (miss - hit);
}

/**
 * The time of a direct answer below which the cache makes a query slower on average, at this share of hits.
 *
 * A miss costs the direct answer and, in addition, what the cache does: looking up and storing. So caching loses if
 * h*hit + (1-h)*(direct + extra) > direct, which is direct < hit + extra*(1-h)/h.
 */
export function breakEvenDirectMs({ direct, miss, hit }: QueryTimes, hitRatio: number): number {
  const extra = Math.max(0, miss - direct);
  return hit + (extra * (1 - hitRatio)) / hitRatio;
}
