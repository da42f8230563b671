import { SLOW_SECONDS } from '../measuring/sides.js';
import type { LoadOptions } from '../options.js';
import type { Findings, Scenario } from '../scenario.js';
import type { describeMachine } from './machine.js';

/** Increased when a report of an older version can no longer be compared. */
export const REPORT_VERSION = 2;

/** Everything that is needed to check the figures of a run or to repeat it. */
export interface Report {
  version: typeof REPORT_VERSION;
  date: string;
  command: string;
  machine: ReturnType<typeof describeMachine>;
  /** Kind and topology of the engine of the query cache. null: no scenario needed the app. */
  engine: string | null;
  options: LoadOptions;
  scenarios: FoundScenario[];
}

export interface FoundScenario extends Required<Findings> {
  name: string;
  question: string;
  method: string;
  /** How long it took. */
  seconds: number;
}

export function foundBy(
  scenario: Scenario,
  findings: Findings,
  { seconds, options }: { seconds: number; options: LoadOptions },
): FoundScenario {
  const { name, question } = scenario;
  const method = [scenario.method, lengthsOf(scenario, options)].filter(Boolean).join('\n');
  const nothing = {
    headline: '',
    answers: [],
    comparisons: [],
    figures: [],
    tables: [],
    curves: [],
    caveats: [],
    servers: '',
  };
  return { name, question, method, seconds, ...nothing, ...findings };
}

/** How long a scenario without all options measured. Empty if it has all of them. */
function lengthsOf({ uses }: Scenario, { rounds, seconds }: LoadOptions): string {
  if (uses === undefined) return '';
  if (!uses.includes('rounds')) return 'The lengths are fixed: it has no --rounds and no --seconds.';
  const some = rounds === 1 ? '1 round' : `${rounds} rounds`;
  return uses.includes('seconds')
    ? `${some} of about ${seconds} s of each side in turn; medians with their intervals.`
    : `${some}. It has no --seconds.`;
}

/** The machine in one line. */
export function machineOf({ machine }: Report): string {
  return `${machine.cores} x ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}`;
}

/** How the sides were measured, in one line. Empty if no sides were compared. */
export function roundsOf({ options, scenarios }: Report): string {
  const comparisons = scenarios.flatMap((scenario) => scenario.comparisons);
  if (comparisons.length === 0) return '';
  const some = comparisons.some(({ connections }) => connections < options.connections);
  return [
    `${options.rounds} rounds of about ${options.seconds} s of each side in turn, ${options.connections} concurrent clients`,
    some ? `, 1 client where a request takes longer than ${1000 * SLOW_SECONDS} ms` : '',
  ].join('');
}
