import type { BoardLoad, Measured } from './board-load.js';
import { align, formatCount } from '../measuring/format.js';
import { submissions } from './submissions.js';
import { viewers } from './viewers.js';

/** Load tests that run by name: `npm run load -- viewers`. */
export const boardLoads: Record<string, (load: BoardLoad) => Promise<Measured[]>> = { viewers, submissions };

export function formatMeasured(measured: readonly Measured[]): string {
  const rows = measured.map(({ figure, value, goal }) => {
    const verdict = goal === undefined ? '' : value <= goal ? 'met' : 'missed';
    return [figure, verdict, formatCount(value), goal === undefined ? '' : formatCount(goal)];
  });
  return align([['figure', '', 'measured', 'goal, at most'], ...rows]).join('\n');
}
