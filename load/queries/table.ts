import { align, formatCount, formatMs, formatRatio } from '../measuring/format.js';
import type { Figures } from '../measuring/series.js';
import type { Comparison } from './compare.js';

const header = ['query', 'side', 'requests', 'req/s', 'p50 ms', 'p95 ms', 'p99 ms', 'db queries', 'failed'];

/** All figures as a table for a terminal: two rows and a ratio per query, then the floor. */
export function formatTable(comparisons: Comparison[], floor: Figures): string {
  const blocks = comparisons.map(({ title, uncached, cached, ratio }) => [
    [title, 'uncached', ...cells(uncached)],
    ['', 'cached', ...cells(cached)],
    [
      '',
      'ratio',
      '',
      formatRatio(ratio.requestsPerSecond),
      formatRatio(ratio.p50),
      '',
      formatRatio(ratio.p99),
    ],
  ]);
  const [headerLine = '', ...lines] = align([
    header,
    ...blocks.flat(),
    ['GET /health/live', 'floor', ...cells(floor)],
  ]);
  const rule = '-'.repeat(headerLine.length);
  return [headerLine, ...lines.flatMap((line, row) => (row % 3 === 0 ? [rule, line] : [line]))].join('\n');
}

function cells(figures: Figures): string[] {
  return [
    formatCount(figures.requests),
    formatCount(figures.requestsPerSecond),
    formatMs(figures.p50Ms),
    formatMs(figures.p95Ms),
    formatMs(figures.p99Ms),
    formatCount(figures.databaseQueries),
    formatCount(figures.failures),
  ];
}
