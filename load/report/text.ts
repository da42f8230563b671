import {
  align,
  formatCount,
  formatFigure,
  formatGain,
  formatGoal,
  formatMs,
  formatRate,
  perThousand,
  perThousandHeader,
} from '../measuring/format.js';
import type { SideFigures } from '../measuring/sides.js';
import { type Comparison, type Figure, hasGoal, isMet, type Table } from '../scenario.js';
import type { Changes } from './changes.js';
import { tableOfCurve } from './curve-table.js';
import { type FoundScenario, machineOf, type Report, roundsOf } from './report.js';

const HEADER = ['', 'side', 'requests', 'req/s (quartiles)', 'p50 ms', 'p90 ms', 'p99 ms', 'failed'];

/** The report for a terminal. */
export function formatReport(report: Report, changes: Changes | null = null): string {
  const { engine, date, scenarios } = report;
  return [
    [machineOf(report), ...(engine === null ? [] : [`cache on ${engine}`]), date].join('; '),
    ...partOf(roundsOf(report)),
    ...scenarios.flatMap(sectionOf),
    ...(changes ? changesOf(changes) : []),
  ].join('\n');
}

function sectionOf(scenario: FoundScenario): string[] {
  const { name, question, method, servers, answers, comparisons, figures, tables, curves, caveats } =
    scenario;
  return [
    '',
    `== ${name}: ${question}`,
    ...partOf(servers),
    ...partOf(method),
    ...answers,
    ...(comparisons.length > 0 ? ['', ...comparisonsOf(comparisons)] : []),
    ...tables.flatMap(tableOf),
    ...curves.map(tableOfCurve).flatMap(tableOf),
    ...(figures.length > 0 ? ['', ...align(figures.map(rowOfFigure))] : []),
    ...notesOf(caveats),
  ];
}

function changesOf({ since, rows, agreement, caveats }: Changes): string[] {
  const cells = rows.map(({ scenario, what, old, now, verdict }) => [scenario, what, old, now, verdict]);
  return [
    '',
    `== Compared with ${since}`,
    ...align([['scenario', 'ratio or figure', 'then', 'now', 'verdict'], ...cells]),
    ...partOf(agreement),
    ...notesOf(caveats),
  ];
}

function notesOf(caveats: readonly string[]): string[] {
  return caveats.length > 0 ? ['', ...caveats.map((caveat) => `Note: ${caveat}`)] : [];
}

function partOf(text: string): string[] {
  return text === '' ? [] : [text];
}

function tableOf({ title, rows }: Table): string[] {
  const [header = '', ...rest] = align(rows);
  return ['', `${title}:`, header, '-'.repeat(header.length), ...rest];
}

function comparisonsOf(comparisons: readonly Comparison[]): string[] {
  const counts = [
    ...new Set(comparisons.flatMap(({ sides }) => sides.flatMap((side) => Object.keys(side.counts)))),
  ];
  const rows = comparisons.flatMap((comparison) => {
    const { sides, gains } = comparison;
    return [
      ...sides.map((side, i) => [
        i === 0 ? nameOf(comparison) : '',
        ...cells(side),
        ...counts.map((name) => perThousand(side, name)),
      ]),
      ...Object.entries(gains).map(([over, gain]) => [
        '',
        `${sides[0]?.name} / ${over}`,
        '',
        formatGain(gain.requestsPerSecond),
        formatGain(gain.p50),
        '',
        formatGain(gain.p99),
      ]),
    ];
  });
  return align([[...HEADER, ...counts.map(perThousandHeader)], ...rows]);
}

function nameOf({ title, connections }: Comparison): string {
  return connections === 1 ? `${title} (1 client)` : title;
}

function cells(side: SideFigures): string[] {
  return [
    side.name,
    formatCount(side.requests),
    formatRate(side),
    formatMs(side.p50Ms),
    formatMs(side.p90Ms),
    formatMs(side.p99Ms),
    formatCount(side.failures),
  ];
}

function rowOfFigure(figure: Figure): string[] {
  const outcome = hasGoal(figure) ? (isMet(figure) ? 'met' : 'MISSED') : '';
  return [figure.figure, outcome, formatFigure(figure), formatGoal(figure)];
}
