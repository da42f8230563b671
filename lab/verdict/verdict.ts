import { median } from '../../load/measuring/statistics.js';
import type { Experiment, Figure, FigureReader, Goal } from '../experiment.js';

/** A figure of all runs. */
export interface FigureSummary {
  readonly name: string;
  readonly unit: string | null;
  readonly values: Readonly<Record<string, Values>>;
  readonly goal: Goal | null;
  /** Whether every run met the goal. null without a goal. */
  readonly isMet: boolean | null;
}

/** null: it never happened within the run. */
export interface Values {
  readonly median: number | null;
  readonly worst: number | null;
}

/** Combines the figures of several runs: median and worst. */
export function summarize(runs: readonly (readonly Figure[])[]): FigureSummary[] {
  const [first = []] = runs;
  return first.map(({ name, unit, values, goal }) => {
    const ofRuns = (side: string) => runs.map((figures) => valuesIn(figures, name)[side] ?? null);
    const sides = Object.keys(values).map((side) => [side, valuesOf(ofRuns(side), goal)] as const);
    return {
      name,
      unit: unit ?? null,
      values: Object.fromEntries(sides),
      goal: goal ?? null,
      isMet: goal ? runs.every((figures) => meets(valuesIn(figures, name), goal)) : null,
    };
  });
}

/** "holds", or what does not. */
export function verdictOf(figures: readonly FigureSummary[]): string {
  const missed = figures.filter(({ isMet }) => isMet === false).map(({ name }) => name);
  return missed.length === 0 ? 'holds' : `does not hold: ${missed.join('; ')}`;
}

/** A sentence reads a figure that the result does not have. */
export class MissingFigureError extends Error {}

/** What was seen in all runs, in plain words. @throws MissingFigureError */
export function answersOf(experiment: Experiment, figures: readonly FigureSummary[]): readonly string[] {
  return experiment.answers(readerOf(figures, 'worst'), readerOf(figures, 'median'));
}

export function readerOf(figures: readonly FigureSummary[], which: keyof Values): FigureReader {
  return (name, side = 'module') => {
    const figure = figures.find((one) => one.name === name);
    const values = figure?.values[side];
    if (!figure || !values) {
      throw new MissingFigureError(`There is no figure "${name}" of the side "${side}".`);
    }
    return formatValue(values[which], figure.unit);
  };
}

/** For example "2.4 s". */
export function formatValue(value: number | null, unit: string | null): string {
  if (value === null) return 'not within the run';
  const text = value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 2 : 0 });
  return unit === null ? text : `${text} ${unit}`;
}

export function formatGoal({ side, atMost, atLeast, orTwice }: Goal, unit: string | null): string {
  const bound =
    atMost === undefined
      ? `at least ${formatValue(atLeast ?? 0, unit)}`
      : `at most ${formatValue(atMost, unit)}`;
  return `${side}: ${bound}${orTwice === undefined ? '' : `, or twice the ${orTwice}`}`;
}

function valuesIn(figures: readonly Figure[], name: string): Figure['values'] {
  return figures.find((figure) => figure.name === name)?.values ?? {};
}

/** What never happened counts as the worst value. */
function valuesOf(values: readonly (number | null)[], goal: Goal | undefined): Values {
  const isGoodLarge = goal?.atLeast !== undefined;
  const never = isGoodLarge ? -Infinity : Infinity;
  const numbers = values.map((value) => value ?? never);
  return {
    median: finite(median(numbers)),
    worst: finite(isGoodLarge ? Math.min(...numbers) : Math.max(...numbers)),
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function meets(values: Figure['values'], goal: Goal): boolean {
  const { side, atMost = Infinity, atLeast = -Infinity, orTwice } = goal;
  const value = values[side] ?? null;
  const control = (orTwice !== undefined && values[orTwice]) || 0;
  return value !== null && value <= Math.max(atMost, 2 * control) && value >= atLeast;
}
