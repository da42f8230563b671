import { readFileSync } from 'node:fs';
import { formatCount, formatMs, perThousand } from '../measuring/format.js';
import { type Comparison, type Figure, isMet } from '../scenario.js';
import { plotDistributions, plotGains } from './plots.js';
import type { Report } from './report.js';

const STYLE = readFileSync(new URL('report.css', import.meta.url), 'utf8');

type FoundScenario = Report['scenarios'][number];

/** The report as one HTML page that requests nothing. */
export function formatHtml(report: Report): string {
  const { date, command, machine, engine, options, scenarios } = report;
  const host = `${machine.cores} x ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}`;
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
<p>${escape(host)}. Cache on ${escape(engine)}. ${options.rounds} rounds of about ${options.seconds} s of each side in turn, ${options.connections} concurrent clients. ${escape(date)}.</p>
<p>A ratio is the median of the ratios of one turn. Its interval contains the true median with a probability of at least 95% from six rounds on. A side is called better only if the whole interval is above 1.2.</p>
</section>
</main>
</html>
`;
}

function sectionOf({ question, answers, comparisons, figures, caveats }: FoundScenario): string {
  return `<section>
<h2>${escape(question)}</h2>
${answers.map((answer) => `<p class="answer">${escape(answer)}</p>`).join('\n')}
${comparisons.length > 0 ? `<h3>How many times as many requests per second</h3>${plotGains(comparisons)}` : ''}
${comparisons.map(comparisonOf).join('\n')}
${figures.some(hasLimit) ? figuresOf(figures.filter(hasLimit)) : ''}
${caveats.map((caveat) => `<p class="caveat">${escape(caveat)}</p>`).join('\n')}
</section>`;
}

function comparisonOf({ title, sides }: Comparison): string {
  const counts = [...new Set(sides.flatMap((side) => Object.keys(side.counts)))];
  const header = ['side', 'requests/s', 'p50 ms', 'p90 ms', 'p99 ms', ...counts.map(inWords), 'failed'];
  const rows = sides.map((side) => [
    escape(side.name),
    formatCount(side.requestsPerSecond.median),
    formatMs(side.p50Ms),
    formatMs(side.p90Ms),
    formatMs(side.p99Ms),
    ...counts.map((name) => perThousand(side, name)),
    formatCount(side.failures),
  ]);
  return `<h3>${escape(title)}</h3>
${plotDistributions(sides)}
<div class="scroll"><table>
<tr>${header.map((name) => `<th>${escape(name)}</th>`).join('')}</tr>
${rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}
</table></div>`;
}

function figuresOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { value, atMost, atLeast } = figure;
    const limit =
      atMost === undefined ? `at least ${formatCount(atLeast ?? 0)}` : `at most ${formatCount(atMost)}`;
    return `<tr><td>${escape(figure.figure)}</td><td>${formatCount(value)}</td><td>${limit}</td><td>${isMet(figure) ? 'met' : '<b>missed</b>'}</td></tr>`;
  });
  return `<div class="scroll"><table>
<tr><th>figure</th><th>measured</th><th>goal</th><th></th></tr>
${rows.join('\n')}
</table></div>`;
}

function hasLimit({ atMost, atLeast }: Figure): boolean {
  return atMost !== undefined || atLeast !== undefined;
}

/** databaseQueries → "database queries per 1,000" */
function inWords(name: string): string {
  return `${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} per 1,000`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
