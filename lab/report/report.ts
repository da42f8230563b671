import type { describeMachine } from '../../load/report/machine.js';
import type { Engine, Topology } from '../experiment.js';
import type { Timeline } from '../timeline/timeline.js';
import { type FigureSummary, formatGoal, formatValue } from '../verdict/verdict.js';

/** Everything that is needed to check a verdict or to repeat the run. */
export interface LabReport {
  /** When the run began, as ISO 8601. */
  readonly date: string;
  readonly command: string;
  readonly machine: ReturnType<typeof describeMachine>;
  readonly options: { readonly quick: boolean };
  readonly experiments: readonly ExperimentResult[];
}

export interface ExperimentResult {
  readonly name: string;
  readonly claim: string;
  readonly method: string;
  readonly engine: Engine;
  readonly topology: Topology;
  readonly runs: number;
  /** Of the project and the engine, for example "commit ada6805, valkey 9.0.1". */
  readonly versions: string;
  /** When it ended, as ISO 8601. */
  readonly date: string;
  /** Of all runs together. */
  readonly seconds: number;
  /** "holds", or what does not, or why a run failed. */
  readonly verdict: string;
  readonly answers: readonly string[];
  readonly figures: readonly FigureSummary[];
  /** Of the last run. */
  readonly timelines: readonly Timeline[];
  readonly caveats: readonly string[];
}

export function holds({ verdict }: Pick<ExperimentResult, 'verdict'>): boolean {
  return verdict === 'holds';
}

/** Whether a run ended with an error. Such a result has no figures. */
export function hasFailed({ figures }: Pick<ExperimentResult, 'figures'>): boolean {
  return figures.length === 0;
}

/** For example "failover on valkey sentinel, 5 runs". */
export function titleOf({ name, engine, topology, runs }: ExperimentResult): string {
  return `${name} on ${engine} ${topology}, ${runs === 1 ? '1 run' : `${runs} runs`}`;
}

/** The versions that were measured: one entry if all are equal, else each with its experiments. */
export function versionsOf(experiments: readonly ExperimentResult[]): string {
  const entries = [...new Set(experiments.map(({ versions }) => versions))];
  if (entries.length < 2) return entries.join('');
  const measuredOn = (entry: string) => experiments.filter(({ versions }) => versions === entry);
  const namesOf = (entry: string) => measuredOn(entry).map(({ name, topology }) => `${name} ${topology}`);
  return entries.map((entry) => `${entry} (${namesOf(entry).join(', ')})`).join('; ');
}

/** Header and rows. The first column is the figure. Empty for a failed result. */
export function tableOfFigures(result: ExperimentResult): string[][] {
  if (hasFailed(result)) return [];
  const { figures, runs } = result;
  const sides = [...new Set(figures.flatMap(({ values }) => Object.keys(values)))];
  const rows = figures.map(({ name, unit, values, goal, isMet }) => [
    name,
    ...sides.map((side) => {
      const value = values[side];
      if (!value) return '';
      const worst = formatValue(value.worst, unit);
      return runs === 1 ? worst : `${formatValue(value.median, unit)} / ${worst}`;
    }),
    goal ? formatGoal(goal, unit) : '',
    isMet === null ? '' : isMet ? 'met' : 'MISSED',
  ]);
  return [[runs === 1 ? 'figure' : 'figure (median / worst)', ...sides, 'goal', ''], ...rows];
}
