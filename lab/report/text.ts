import { align } from '../../load/measuring/format.js';
import { type ExperimentResult, type LabReport, tableOfFigures, titleOf } from './report.js';

/** The report for a terminal. */
export function formatText({ date, machine, experiments }: LabReport): string {
  const { cores, cpu, memoryGiB, node } = machine;
  return [
    `${cores} x ${cpu}, ${memoryGiB} GiB, Node ${node}; ${date}`,
    ...experiments.flatMap(sectionOf),
  ].join('\n');
}

function sectionOf(result: ExperimentResult): string[] {
  const { claim, verdict, method, answers, caveats } = result;
  return [
    '',
    `== ${titleOf(result)}`,
    `Claim: ${claim} It ${verdict}.`,
    method,
    ...answers,
    '',
    ...align(tableOfFigures(result)),
    ...result.timelines
      .filter(({ marks }) => marks.length > 0)
      .flatMap(({ title, marks }) => [
        '',
        `Timeline, ${title}: ${marks.map(({ at, what }) => `${at.toFixed(1)} s ${what}`).join(', ')}`,
      ]),
    ...caveats.map((caveat) => `Note: ${caveat}`),
  ];
}
