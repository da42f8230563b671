/** Round-trip times in milliseconds, oldest first, for each of the two ways. */
export interface RoundTrips {
  cached: number[];
  uncached: number[];
}

export const noRoundTrips: RoundTrips = { cached: [], uncached: [] };

/** Kept for each way, so that requests of one way do not push out the times of the other. */
export const KEPT = 60;

export function addRoundTrip(to: RoundTrips, way: keyof RoundTrips, ms: number): RoundTrips {
  return { ...to, [way]: [...to[way], ms].slice(-KEPT) };
}

/** Null for no values. */
export function median(values: number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}

/** The medians of both ways. */
export function compare({ cached, uncached }: RoundTrips): Record<'cachedMs' | 'uncachedMs', number | null> {
  return { cachedMs: median(cached), uncachedMs: median(uncached) };
}
