import type { Comparison } from './compare.js';
import type { Figures } from './series.js';

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

/** Aligns names left and figures right, in columns as wide as their widest cell. */
export function align(rows: string[][]): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? '';
        return column < 2 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  '),
  );
}

/** For example 12,345. Two decimals below ten. */
export function formatCount(value: number): string {
  const maximumFractionDigits = value < 10 ? 2 : 0;
  return value.toLocaleString('en-US', { maximumFractionDigits });
}

export function formatMs(ms: number): string {
  return ms.toFixed(ms < 10 ? 2 : 1);
}

/** 34x, or 1/34 below 1. */
export function formatRatio(ratio: number): string {
  if (!Number.isFinite(ratio) || ratio === 0) return '-';
  const factor = Math.max(ratio, 1 / ratio);
  const digits = factor.toLocaleString('en-US', { maximumFractionDigits: factor < 10 ? 1 : 0 });
  return ratio >= 1 || digits === '1' ? `${digits}x` : `1/${digits}`;
}
