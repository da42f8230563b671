import { describeMachine } from '../../load/report/machine.js';
import { align } from '../../load/measuring/format.js';
import { type Benchmark, type Goal, isMet, type Measurement } from './benchmark.js';

/** Everything that is needed to check a figure or to measure it again. */
export function formatReport({ name, method }: Benchmark, { servers, table, goals }: Measurement): string {
  const { cores, cpu, memoryGiB, node, platform } = describeMachine();
  const [header = '', ...rows] = align(table.map((row) => [...row]));
  return [
    `== ${name}`,
    `${cores} x ${cpu}, ${memoryGiB} GiB, ${platform}, Node ${node}; ${servers}; ${new Date().toISOString()}`,
    method,
    '',
    header,
    '-'.repeat(header.length),
    ...rows,
    '',
    ...align(goals.map(describeGoal)),
    '',
  ].join('\n');
}

function describeGoal(goal: Goal): string[] {
  const { figure, value, atMost, atLeast, unit = '' } = goal;
  const withUnit = (amount: string): string => `${amount}${unit && ` ${unit}`}`;
  const outcome = isMet(goal) ? 'met' : 'MISSED';
  const limit = atLeast === undefined ? `<= ${atMost}` : `>= ${atLeast.toLocaleString('en-US')}`;
  return [outcome, figure, withUnit(formatFigure(value)), `(goal ${withUnit(limit)})`];
}

/** Whole numbers unchanged, other numbers with two decimals. */
export function formatFigure(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en-US') : value.toFixed(2);
}
