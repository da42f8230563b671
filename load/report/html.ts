import { readFileSync } from 'node:fs';
import type { Changes } from './changes.js';
import { escape, paragraphs, tableOf } from './markup.js';
import { type FoundScenario, machineOf, type Report, roundsOf } from './report.js';
import { sectionOf } from './section.js';

const STYLE = readFileSync(new URL('report.css', import.meta.url), 'utf8');

/** The report as one HTML page that requests nothing. */
export function formatHtml(report: Report, changes: Changes | null = null): string {
  const { date, command, engine, scenarios } = report;
  const title = engine === null ? 'What does it cost?' : 'Is caching worth it?';
  const facts = [machineOf(report), engine && `Cache on ${engine}`, roundsOf(report), date].filter(Boolean);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
<main>
<h1>${title}</h1>
${engine === null ? '' : INTRODUCTION}
<ul class="headlines">
${scenarios.map(headlineOf).join('\n')}
</ul>
${scenarios.map(sectionOf).join('\n')}
${changes ? changesOf(changes) : ''}
<section>
<h2>How it was measured</h2>
<p><code>${escape(command)}</code></p>
<p>${escape(facts.join('. '))}.</p>
<p>A ratio is the median of the ratios of one turn. Its interval contains the true median with a probability of at least 95% from six rounds on. A side is called better or worse only if the whole interval is beyond 1.2. Client, app, engine and database share the cores of this machine: compare the sides with each other.</p>
</section>
</main>
</html>
`;
}

const INTRODUCTION = `<p>Each question is answered in several ways, in turn, on one machine: <b class="direct">direct</b> by the database, <b class="textbook">textbook</b> by the usual packages as their documentation shows, <b class="module">module</b> by the modules of this project.</p>`;

function headlineOf({ name, question, headline, answers }: FoundScenario): string {
  return `<li><a href="#${name}">${escape(question)}</a>${paragraphs([headline || (answers[0] ?? '')], 'answer')}</li>`;
}

function changesOf({ since, rows, agreement, caveats }: Changes): string {
  const changed = rows.filter(({ verdict }) => verdict !== 'no change shown');
  const others = rows.filter((row) => !changed.includes(row));
  const cells = [...changed, ...others].map(({ scenario, what, old, now, verdict }) => [
    what,
    scenario,
    old,
    now,
    verdict,
  ]);
  return `<section>
<h2>What has changed?</h2>
<p class="answer">${changed.length} of ${rows.length} ratios and figures changed since ${escape(since)}. ${agreement}</p>
${tableOf([['ratio or figure', 'scenario', 'then', 'now', 'verdict'], ...cells], 'names')}
${paragraphs(caveats, 'caveat')}
<p class="caveat">A ratio changed if the two intervals do not overlap, a figure if its goal was met in one run and missed in the other.</p>
</section>`;
}
