import { MissingFigureError, readerOf } from '../verdict/verdict.js';
import { type ExperimentReader, PROMISES } from './promises.js';
import {
  type ExperimentResult,
  holds,
  type LabReport,
  tableOfFigures,
  titleOf,
  versionsOf,
} from './report.js';

/** `docs/claims.md`: each claim with what was seen, and whether it holds. */
export function formatClaims({ machine, command, experiments }: LabReport): string {
  const { cores, cpu, memoryGiB, node } = machine;
  return `# Claims

What in-memory caching promises, and what this project measured. \`${command}\` wrote this page, on ${cores} x ${cpu}, ${memoryGiB} GiB, Node ${node}. Versions: ${versionsOf(experiments)}. [lab/README.md](../lab/README.md) says how.
A figure in a sentence is the worst of all runs, or the largest if it has no goal, unless the sentence says "median". The figures of one sentence can come from different runs. The first table has the figures of the first topology of each experiment. The tables also have the median. The textbook side is built from the usual packages. Experiments with the mixed load run both sides at the same time, the others one after the other. A request belongs to the second in which it was sent: if it waited for the promotion and succeeded then, it counts as a success before the promotion. While the machine stood still, the clock of the lab stood still too, and requests that failed are counted apart: each table says how long and how many.

| what is promised | verdict | what was seen | experiments | measured on | where it ends |
| --- | --- | --- | --- | --- | --- |
${promisesIn(experiments).join('\n')}

Each experiment has a claim of its own, which is exact:

| claim | experiment | measured on | verdict | what was seen |
| --- | --- | --- | --- | --- |
${experiments.map(rowOf).join('\n')}

How much faster, and where a cache gains little: [the report of \`npm run load\`](load-report.html).

${experiments.map(sectionOf).join('\n\n')}
`;
}

function promisesIn(results: readonly ExperimentResult[]): string[] {
  return PROMISES.map(({ sentence, experiments, isPartial, seen, limits }) => {
    const links = experiments.map((name) => linksTo(name, results)).join('; ');
    const tested = results.filter(({ name }) => experiments.includes(name));
    const verdict = tested.every(holds) ? (isPartial ? 'holds in part' : 'holds') : '**does not hold**';
    return `| ${sentence} | ${tested.length === 0 ? 'not measured' : verdict} | ${seen(readerOfAll(results))} | ${links} | ${datesOf(tested)} | ${limits} |`;
  });
}

function datesOf(results: readonly ExperimentResult[]): string {
  return [...new Set(results.map(({ date }) => date.slice(0, 10)))].toSorted().join(', ');
}

function readerOfAll(results: readonly ExperimentResult[]): ExperimentReader {
  return (experiment, figure, side) => {
    const result = results.find(({ name }) => name === experiment);
    try {
      return readerOf(result?.figures ?? [], 'worst')(figure, side);
    } catch (error) {
      if (error instanceof MissingFigureError) return 'not measured';
      throw error;
    }
  };
}

/** For example "failover: sentinel, cluster", with a link to each result. */
function linksTo(name: string, results: readonly ExperimentResult[]): string {
  const some = results.filter((result) => result.name === name);
  if (some.length === 0) return `${name}: not measured`;
  const links = some.map((result) => {
    const link = `[${result.topology}](#${anchorOf(result)})`;
    return holds(result) ? link : `${link} **(does not hold)**`;
  });
  return `${name}: ${links.join(', ')}`;
}

function rowOf(result: ExperimentResult): string {
  const verdict = holds(result) ? result.verdict : `**${result.verdict}**`;
  return `| ${result.claim} | [${titleOf(result)}](#${anchorOf(result)}) | ${result.date.slice(0, 10)} | ${verdict} | ${result.answers[0] ?? ''} |`;
}

function sectionOf(result: ExperimentResult): string {
  const [header, ...rows] = tableOfFigures(result);
  const table = header ? [header, header.map(() => '---'), ...rows] : [];
  return `## ${titleOf(result)}

${result.claim} It ${result.verdict}.

${result.method}

${result.answers.map((answer) => `- ${answer}`).join('\n')}

${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}
${result.caveats.map((caveat) => `\n${caveat}`).join('\n')}`.trimEnd();
}

/** As GitHub makes it from the title. */
function anchorOf(result: ExperimentResult): string {
  return titleOf(result)
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
