import { formatMs } from '../../measuring/format.js';
import type { SideFigures } from '../../measuring/sides.js';
import { coloursOf, decades, drawing, INNER, LEFT, legendOf, level, logPosition, px } from './svg.js';

const HEIGHT = 230;
const BOTTOM = HEIGHT - 30;
const MARKS = [50, 90, 99, 99.9];

/** Latency by percentile, both axes logarithmic: the tail has as much room as the middle. */
export function plotDistributions(sides: readonly SideFigures[]): string {
  const drawn = sides.filter(({ distribution }) => distribution.length > 0);
  if (drawn.length === 0) return '';
  const axis = decades(drawn.flatMap(({ distribution }) => distribution.map(([, ms]) => ms)));
  const y = (ms: number) => BOTTOM - logPosition(ms, axis) * (BOTTOM - 10);
  const most = Math.max(...drawn.flatMap(({ distribution }) => distribution.map(([p]) => nines(p))));
  const x = (percentile: number) => LEFT + (nines(percentile) / most) * INNER;

  const levels = axis.map((ms) => level(y(ms), timeOf(ms)));
  const marks = MARKS.filter((percentile) => nines(percentile) <= most).map(
    (percentile) =>
      `<text x="${px(x(percentile))}" y="${HEIGHT - 8}" text-anchor="${nines(percentile) > 0.95 * most ? 'end' : 'middle'}">p${percentile}</text>`,
  );
  const colours = coloursOf(sides);
  const lines = sides.map(({ distribution }, i) => {
    const points = distribution.map(([percentile, ms]) => `${px(x(percentile))},${px(y(ms))}`).join(' ');
    return `<polyline class="${colours[i]}" points="${points}"/>`;
  });
  const label = sides.map(
    ({ name, p50Ms, p99Ms }) => `${name} p50 ${formatMs(p50Ms)} ms, p99 ${formatMs(p99Ms)} ms`,
  );
  return `${legendOf(sides)}
${drawing(HEIGHT, `Latency by percentile: ${label.join('; ')}`, [...levels, ...marks, ...lines])}`;
}

/** How many of ten, hundred, thousand… requests are slower: p90 → 1, p99 → 2. */
function nines(percentile: number): number {
  return -Math.log10(1 - percentile / 100);
}

function timeOf(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}
