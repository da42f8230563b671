import { readFileSync } from 'node:fs';
import {
  formatCount,
  formatFigure,
  formatGoal,
  formatMs,
  perThousand,
  perThousandHeader,
} from '../measuring/format.js';
import { type Comparison, type Figure, hasGoal, isMet, type Table } from '../scenario.js';
import { plotDistributions, plotGains } from './plots.js';
import { type FoundScenario, machineOf, type Report, roundsOf } from './report.js';

const STYLE = readFileSync(new URL('report.css', import.meta.url), 'utf8');

/** The report as one HTML page that requests nothing. */
export function formatHtml(report: Report): string {
  const { date, command, engine, scenarios } = report;
  const facts = [machineOf(report), engine && `Cache on ${engine}`, roundsOf(report), date].filter(Boolean);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Is caching worth it?</title>
<style>${STYLE}</style>
<main>
<h1>Is caching worth it?</h1>
<p>Each question is answered in several ways, in turn, on one machine: <b>direct</b> by the database, <b>textbook</b> by the usual packages as their documentation shows, <b>module</b> by the modules of this project.</p>
${scenarios.map(sectionOf).join('\n')}
<section>
<h2>How it was measured</h2>
<p><code>${escape(command)}</code></p>
<p>${escape(facts.join('. '))}.</p>
<p>A ratio is the median of the ratios of one turn. Its interval contains the true median with a probability of at least 95% from six rounds on. A side is called better only if the whole interval is above 1.2.</p>
</section>
</main>
</html>
`;
}

function sectionOf(scenario: FoundScenario): string {
  const { question, method, servers, answers, comparisons, figures, tables, caveats } = scenario;
  const how = [servers, method].filter(Boolean).join('. ');
  return `<section>
<h2>${escape(question)}</h2>
${how && `<p class="caveat">${escape(how)}</p>`}
${answers.map((answer) => `<p class="answer">${escape(answer)}</p>`).join('\n')}
${comparisons.length > 0 ? `<h3>How many times as many requests per second</h3>${plotGains(comparisons)}` : ''}
${comparisons.map(comparisonOf).join('\n')}
${tables.map(({ title, rows }) => `<h3>${escape(title)}</h3>${tableOf(rows)}`).join('\n')}
${figures.some(hasGoal) ? figuresOf(figures.filter(hasGoal)) : ''}
${caveats.map((caveat) => `<p class="caveat">${escape(caveat)}</p>`).join('\n')}
</section>`;
}

function comparisonOf({ title, sides }: Comparison): string {
  const counts = [...new Set(sides.flatMap((side) => Object.keys(side.counts)))];
  const header = [
    'side',
    'requests/s',
    'p50 ms',
    'p90 ms',
    'p99 ms',
    ...counts.map(perThousandHeader),
    'failed',
  ];
  const rows = sides.map((side) => [
    side.name,
    formatCount(side.requestsPerSecond.median),
    formatMs(side.p50Ms),
    formatMs(side.p90Ms),
    formatMs(side.p99Ms),
    ...counts.map((name) => perThousand(side, name)),
    formatCount(side.failures),
  ]);
  return `<h3>${escape(title)}</h3>
${plotDistributions(sides)}
${tableOf([header, ...rows])}`;
}

function figuresOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.figure,
    formatFigure(figure),
    formatGoal(figure),
    isMet(figure) ? 'met' : 'missed',
  ]);
  return tableOf([['figure', 'measured', 'goal', ''], ...rows]);
}

function tableOf([header = [], ...rows]: Table['rows']): string {
  const rowOf = (tag: string, cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table>
${[rowOf('th', header), ...rows.map((cells) => rowOf('td', cells))].join('\n')}
</table></div>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
