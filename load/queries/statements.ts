import type { Comparison } from './compare.js';
import type { Figures } from '../measuring/series.js';
import { formatCount, formatMs, formatRatio } from '../measuring/format.js';

const worthIt = 10;
const noticeable = 2;

/** One sentence about the gain of caching for a query, made from its figures. */
export function stateGain({ title, uncached, cached, ratio }: Comparison, floor: Figures): string {
  const times = formatRatio(ratio.requestsPerSecond);
  const latency = `p50 ${formatMs(cached.p50Ms)} ms instead of ${formatMs(uncached.p50Ms)} ms`;
  const queries = `${formatCount(perThousand(cached))} database queries per 1,000 requests instead of ${formatCount(perThousand(uncached))}`;
  const facts = `${times} the requests per second, ${latency}, ${queries}`;

  if (ratio.requestsPerSecond >= worthIt) return `${title}: caching pays off. ${facts}.`;
  if (ratio.requestsPerSecond >= noticeable) return `${title}: caching helps. ${facts}.`;
  const http = `a constant response already takes ${formatMs(floor.p50Ms)} ms`;
  if (ratio.requestsPerSecond >= 1) {
    return `${title}: caching gains little. ${facts}; the database is fast here, and ${http}.`;
  }
  return `${title}: caching costs more than it saves. ${facts}; the database is fast here, and ${http}.`;
}

function perThousand({ databaseQueries, requests }: Figures): number {
  return requests === 0 ? 0 : (1000 * databaseQueries) / requests;
}

/** Warnings about figures that are easily misread. */
export function stateCaveats(comparisons: Comparison[]): string[] {
  const fewest = Math.min(
    ...comparisons.flatMap(({ uncached, cached }) => [uncached.requests, cached.requests]),
  );
  return fewest < 100
    ? [
        `A side with fewer than 100 requests (fewest: ${fewest}) has no meaningful p99. Use --seconds for longer rounds.`,
      ]
    : [];
}
