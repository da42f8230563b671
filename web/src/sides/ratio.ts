/** For example `2,300 times faster than the database`: two significant digits, because the times vary more than that. */
export function compareWithDatabase(databaseMs: number, ms: number): string {
  const ratio = databaseMs / Math.max(ms, SHORTEST_MS);
  if (ratio < 0.67) return 'slower than the database';
  if (ratio < 1.5) return 'about as fast as the database';
  return `${formatRatio(ratio)} times faster than the database`;
}

/** The resolution of `Server-Timing` here. A time of 0 is less than this. */
const SHORTEST_MS = 0.001;

/** Two significant digits. */
export function formatRatio(ratio: number): string {
  if (ratio < 9.95) return ratio.toFixed(1);
  return Number(ratio.toPrecision(2)).toLocaleString('en-US');
}
