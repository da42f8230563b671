import {
  formatCount,
  formatFigure,
  formatGain,
  formatGoal,
  formatMs,
  formatRate,
  perThousand,
  perThousandHeader,
} from '../measuring/format.js';
import { type Comparison, type Curve, type Figure, hasGoal, isMet } from '../scenario.js';
import { tableOfCurve } from './curve-table.js';
import { escape, paragraphs, tableOf } from './markup.js';
import { plotCurve } from './plots/curves.js';
import { plotDistributions } from './plots/distributions.js';
import { plotGains } from './plots/gains.js';
import { plotQueries } from './plots/queries.js';
import type { FoundScenario } from './report.js';

/** One scenario in the HTML page. */
export function sectionOf(scenario: FoundScenario): string {
  const { name, question, method, servers, answers, comparisons, figures, tables, curves, caveats } =
    scenario;
  const how = [servers, method].filter((text) => text !== '').join('. ');
  return `<section id="${name}">
<h2>${escape(question)}</h2>
${paragraphs(answers, 'answer')}
${paragraphs(how === '' ? [] : [how], 'caveat')}
${
  comparisons.length > 0
    ? `<h3>How many times as many requests per second</h3>
<p class="legend">A line is the interval of the ratio. Shaded: no difference that a user would notice.</p>${plotGains(comparisons)}`
    : ''
}
${comparisons.map(comparisonOf).join('\n')}
${tables.map(({ title, rows }) => `<h3>${escape(title)}</h3>${tableOf(rows, 'names')}`).join('\n')}
${curves.map(curveOf).join('\n')}
${figures.length > 0 ? figuresOf(figures) : ''}
${paragraphs(caveats, 'caveat')}
</section>`;
}

function comparisonOf({ title, connections, sides, gains }: Comparison): string {
  const counts = [...new Set(sides.flatMap((side) => Object.keys(side.counts)))];
  const header = [
    'side',
    'requests/s (quartiles)',
    'p50 ms',
    'p90 ms',
    'p99 ms',
    ...counts.map(perThousandHeader),
    'failed',
  ];
  const rows = sides.map((side) => [
    side.name,
    formatRate(side),
    formatMs(side.p50Ms),
    formatMs(side.p90Ms),
    formatMs(side.p99Ms),
    ...counts.map((count) => perThousand(side, count)),
    formatCount(side.failures),
  ]);
  return `<h3>${escape(title)}${connections === 1 ? ', one client' : ''}</h3>
${plotDistributions(sides)}
${tableOf([header, ...rows])}
${ratiosOf(sides[0]?.name ?? '', gains)}
${plotQueries(sides)}`;
}

/** How many times as good the first side is. */
function ratiosOf(first: string, gains: Comparison['gains']): string {
  const rows = Object.entries(gains).map(([over, { requestsPerSecond, p50, p99 }]) => [
    `${first} / ${over}`,
    ...[requestsPerSecond, p50, p99].map(formatGain),
    requestsPerSecond.verdict,
  ]);
  return tableOf([['ratio', 'requests/s', 'p50', 'p99', 'requests/s are'], ...rows]);
}

function curveOf(curve: Curve): string {
  return `<h3>${escape(curve.title)}</h3>
${plotCurve(curve)}
${tableOf(tableOfCurve(curve).rows)}`;
}

function figuresOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.figure,
    formatFigure(figure),
    formatGoal(figure),
    hasGoal(figure) ? (isMet(figure) ? 'met' : 'missed') : '',
  ]);
  return `<h3>Figures</h3>${tableOf([['figure', 'measured', 'goal', ''], ...rows], 'wrap')}`;
}
