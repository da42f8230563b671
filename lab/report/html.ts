import { readFileSync } from 'node:fs';
import { escape, paragraphs, tableOf } from '../../load/report/markup.js';
import { plotTimeline } from './plot.js';
import {
  type ExperimentResult,
  holds,
  type LabReport,
  tableOfFigures,
  titleOf,
  versionsOf,
} from './report.js';

const STYLE = ['../../load/report/report.css', 'lab.css']
  .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'))
  .join('\n');

/** The report as one HTML page that requests nothing. */
export function formatHtml({ date, command, machine, experiments }: LabReport): string {
  const facts = `${machine.cores} x ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}, ${date}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What happens when it breaks?</title>
<style>${STYLE}</style>
<main>
<h1>What happens when it breaks?</h1>
<p>Real servers, a real fault, and the same load on both sides at once: <b class="textbook">textbook</b> is built from the usual packages as their documentation shows, <b class="module">module</b> from the modules of this project.</p>
<ul class="headlines">
${experiments.map(headlineOf).join('\n')}
</ul>
${experiments.map(sectionOf).join('\n')}
<section>
<h2>How it was measured</h2>
<p><code>${escape(command)}</code></p>
<p>${escape(facts)}.</p>
<p>Versions: ${escape(versionsOf(experiments))}.</p>
<p>Load, app, engine and database share the cores of this machine. Requests are sent at a constant rate and never wait for earlier ones. A request without an answer after 3 s counts as hung.</p>
</section>
</main>
</html>
`;
}

function headlineOf(result: ExperimentResult): string {
  return `<li class="${holds(result) ? '' : 'missed'}"><a href="#${idOf(result)}">${escape(result.claim)}</a>${paragraphs([result.answers[0] ?? ''], 'answer')}</li>`;
}

function sectionOf(result: ExperimentResult): string {
  const { claim, verdict, method, answers, timelines, caveats } = result;
  return `<section id="${idOf(result)}">
<h2>${escape(claim)}</h2>
<p class="verdict ${holds(result) ? 'module' : 'direct'}">It ${escape(verdict)}.</p>
${paragraphs(answers, 'answer')}
${paragraphs([`${titleOf(result)}. ${method}`], 'caveat')}
${timelines.map((timeline) => `<h3>Timeline of the last run: ${escape(timeline.title)}</h3>${plotTimeline(timeline)}`).join('\n')}
<h3>Figures</h3>
${tableOf(tableOfFigures(result), 'wrap')}
${paragraphs(caveats, 'caveat')}
</section>`;
}

function idOf({ name, topology }: ExperimentResult): string {
  return `${name}-${topology}`;
}
