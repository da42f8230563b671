import type { SideFigures } from '../../measuring/sides.js';
import { escape } from '../markup.js';

/** Small enough that a label can be read where a phone scales the drawing down. */
export const WIDTH = 480;
export const LEFT = 58;
export const RIGHT = 14;
export const INNER = WIDTH - LEFT - RIGHT;

const KNOWN = ['module', 'textbook', 'direct'];
const OTHERS = 5;

/** The class of each side's colour: the same one in all drawings for the usual sides, one by position for the others. */
export function coloursOf(sides: readonly Pick<SideFigures, 'name'>[]): string[] {
  let others = 0;
  return sides.map(({ name }) => (KNOWN.includes(name) ? name : `other${others++ % OTHERS}`));
}

export function legendOf(sides: readonly Pick<SideFigures, 'name'>[]): string {
  const colours = coloursOf(sides);
  const items = sides.map(({ name }, i) => `<span class="${colours[i]}">${escape(name)}</span>`);
  return `<p class="legend">${items.join(' ')}</p>`;
}

export function drawing(height: number, label: string, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(label)}">${parts.join('')}</svg>`;
}

/** A horizontal line of the grid with its label. */
export function level(y: number, label: string): string {
  return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${px(y)}" y2="${px(y)}"/><text x="${LEFT - 6}" y="${px(y + 4)}" text-anchor="end">${label}</text>`;
}

/** Powers of ten from the one below the lowest value to the one above the highest. */
export function decades(values: readonly number[]): number[] {
  const usable = values.filter((value) => value > 0 && Number.isFinite(value));
  if (usable.length === 0) return [1, 10];
  const first = Math.floor(Math.log10(Math.min(...usable)) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...usable)) - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`));
}

/** The position of a value between 0 and 1 on a logarithmic axis. */
export function logPosition(value: number, axis: readonly number[]): number {
  const [lowest = 1, highest = 10] = [axis[0], axis.at(-1)];
  return Math.log(value / lowest) / Math.log(highest / lowest);
}

export function px(value: number): string {
  return value.toFixed(1);
}
