import { align, formatCount, formatMs, formatTimes } from '../measuring/format.js';
import type { Gain } from '../measuring/gain.js';
import type { SideFigures } from '../measuring/sides.js';
import { type Comparison, type Figure, isMet } from '../scenario.js';
import type { Report } from './report.js';

const HEADER = ['', 'side', 'requests', 'req/s', 'p50 ms', 'p90 ms', 'p99 ms', 'failed'];

/** The report for a terminal. */
export function formatReport({ date, machine, engine, options, scenarios }: Report): string {
  const { rounds, seconds, connections } = options;
  return [
    `${machine.cores} x ${machine.cpu}, ${machine.memoryGiB} GiB, Node ${machine.node}; cache on ${engine}; ${date}`,
    `${rounds} rounds of about ${seconds} s of each side in turn, ${connections} concurrent clients`,
    ...scenarios.flatMap(({ name, question, answers, comparisons, figures, caveats }) => [
      '',
      `== ${name}: ${question}`,
      ...answers,
      ...(comparisons.length > 0 ? ['', ...tableOf(comparisons)] : []),
      ...(figures.length > 0 ? ['', ...align(figures.map(rowOfFigure))] : []),
      ...(caveats.length > 0 ? ['', ...caveats.map((caveat) => `Note: ${caveat}`)] : []),
    ]),
  ].join('\n');
}

function tableOf(comparisons: readonly Comparison[]): string[] {
  const counts = [
    ...new Set(comparisons.flatMap(({ sides }) => sides.flatMap((side) => Object.keys(side.counts)))),
  ];
  const rows = comparisons.flatMap(({ title, sides, gains }) => [
    ...sides.map((side, i) => [
      i === 0 ? title : '',
      ...cells(side),
      ...counts.map((name) => countOf(side, name)),
    ]),
    ...Object.entries(gains).map(([over, gain]) => [
      '',
      `${sides[0]?.name} / ${over}`,
      '',
      describeGain(gain.requestsPerSecond),
      describeGain(gain.p50),
      '',
      describeGain(gain.p99),
    ]),
  ]);
  return align([[...HEADER, ...counts], ...rows]);
}

function cells(side: SideFigures): string[] {
  return [
    side.name,
    formatCount(side.requests),
    formatCount(side.requestsPerSecond.median),
    formatMs(side.p50Ms),
    formatMs(side.p90Ms),
    formatMs(side.p99Ms),
    formatCount(side.failures),
  ];
}

function countOf({ counts }: SideFigures, name: string): string {
  return formatCount(counts[name] ?? 0);
}

function describeGain({ median, low, high }: Gain): string {
  const digits = (ratio: number) => formatTimes(ratio).replace(' times', '');
  return `${digits(median)}x (${digits(low)}-${digits(high)})`;
}

function rowOfFigure(figure: Figure): string[] {
  const { value, atMost, atLeast } = figure;
  const limit =
    atMost !== undefined
      ? `at most ${formatCount(atMost)}`
      : atLeast !== undefined
        ? `at least ${formatCount(atLeast)}`
        : '';
  return [figure.figure, limit === '' ? '' : isMet(figure) ? 'met' : 'MISSED', formatCount(value), limit];
}
