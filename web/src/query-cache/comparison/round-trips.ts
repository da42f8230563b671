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

export interface Comparison {
  cachedMs: number | null;
  uncachedMs: number | null;
  /** How many times faster the cached way was; null until both have times. */
  ratio: number | null;
}

export function compare({ cached, uncached }: RoundTrips): Comparison {
  const [cachedMs, uncachedMs] = [median(cached), median(uncached)];
  const ratio = cachedMs === null || uncachedMs === null || cachedMs === 0 ? null : uncachedMs / cachedMs;
  return { cachedMs, uncachedMs, ratio };
}

export function formatRatio(ratio: number | null): string {
  if (ratio === null) return '–';
  return `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(1)}×`;
}
