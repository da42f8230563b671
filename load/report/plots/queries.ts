import { formatCount } from '../../measuring/format.js';
import type { SideFigures } from '../../measuring/sides.js';
import { coloursOf, drawing, INNER, LEFT, level, px } from './svg.js';

const HEIGHT = 130;
const BOTTOM = HEIGHT - 24;
const COUNT = 'databaseQueries';

/** Database queries per second over the time of the comparison: one bar for each round of each side. */
export function plotQueries(sides: readonly SideFigures[]): string {
  const colours = coloursOf(sides);
  const bars = sides.flatMap(({ rounds }, i) =>
    rounds.map(({ startedAt, seconds, counts }) => ({
      colour: colours[i],
      startedAt,
      endedAt: startedAt + seconds,
      perSecond: (counts[COUNT] ?? 0) / seconds,
    })),
  );
  const highest = Math.max(...bars.map(({ perSecond }) => perSecond));
  if (!(highest > 0)) return '';
  const begin = Math.min(...bars.map(({ startedAt }) => startedAt));
  const end = Math.max(...bars.map(({ endedAt }) => endedAt));
  const x = (second: number) => LEFT + ((second - begin) / (end - begin)) * INNER;
  const y = (perSecond: number) => BOTTOM - (perSecond / highest) * (BOTTOM - 10);
  const drawn = bars.map(
    ({ colour, startedAt, endedAt, perSecond }) =>
      `<rect class="bar ${colour}" x="${px(x(startedAt))}" y="${px(y(perSecond))}" width="${px(Math.max(1, x(endedAt) - x(startedAt) - 1))}" height="${px(BOTTOM - y(perSecond) + 1.5)}"/>`,
  );
  const levels = [highest, highest / 2, 0].map((value) => level(y(value), formatCount(value)));
  const times = [0, 0.5, 1].map((share) => {
    const second = (end - begin) * share;
    const anchor = ['start', 'middle', 'end'][share * 2];
    return `<text x="${px(LEFT + share * INNER)}" y="${HEIGHT - 6}" text-anchor="${anchor}">${second.toFixed(0)} s</text>`;
  });
  return `<h4>Database queries per second, round by round</h4>
${drawing(HEIGHT, 'Database queries per second over time', [...levels, ...drawn, ...times])}`;
}
