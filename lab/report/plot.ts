import { escape } from '../../load/report/markup.js';
import {
  coloursOf,
  drawing,
  INNER,
  LEFT,
  legendOf,
  level,
  px,
  WIDTH,
  RIGHT,
} from '../../load/report/plots/svg.js';
import type { Timeline } from '../timeline/timeline.js';

type Point = readonly [at: number, value: number];

interface Line {
  readonly colour: string;
  /** null: nothing is known there. */
  readonly points: readonly (Point | null)[];
}

const HEIGHT = 96;
const TOP = 10;
const BOTTOM = HEIGHT - 6;
/** Half of the width of a single point. */
const DASH = 4;
/** Height of a label below the plot. */
const LABEL = 12;

/** Requests, errors, latency, hits and database queries over time, with the marks through all of them. */
export function plotTimeline(timeline: Timeline): string {
  const { step, sides, databaseQueries } = timeline;
  const colours = coloursOf(sides);
  const linesOf = (valuesOf: (side: Timeline['sides'][number]) => readonly (number | null)[]): Line[] =>
    sides.map((side, i) => ({
      colour: colours[i] ?? '',
      points: valuesOf(side).map((value, part) => (value === null ? null : [(part + 0.5) * step, value])),
    }));
  return [
    legendOf(sides),
    plot(
      timeline,
      'Requests answered per second',
      linesOf((side) => side.answeredPerSecond),
    ),
    plot(
      timeline,
      'Requests failed or hung per second',
      linesOf((side) => side.failedPerSecond),
    ),
    plot(
      timeline,
      'Latency, p99 in ms',
      linesOf((side) => side.p99Ms),
    ),
    ...(sides.some(({ hitPercent }) => hitPercent.some((value) => value !== null))
      ? [
          plot(
            timeline,
            'Query cache: hits in percent',
            linesOf((side) => side.hitPercent),
          ),
        ]
      : []),
    ...(databaseQueries.length > 0
      ? [
          plot(timeline, 'SQL statements per second, all sides', [
            { colour: 'unclear', points: databaseQueries },
          ]),
        ]
      : []),
  ].join('\n');
}

function plot({ step, sides, marks }: Timeline, title: string, lines: readonly Line[]): string {
  const end = step * Math.max(1, ...sides.map((side) => side.answeredPerSecond.length));
  const highest = roundUp(
    Math.max(1, ...lines.flatMap(({ points }) => points.map((point) => point?.[1] ?? 0))),
  );
  const x = (at: number) => LEFT + (Math.min(at, end) / end) * INNER;
  const y = (value: number) => BOTTOM - (value / highest) * (BOTTOM - TOP);
  const levels = [highest, highest / 2, 0].map((value) => level(y(value), value.toLocaleString('en-US')));
  const drawn = lines.flatMap(({ colour, points }) =>
    partsOf(points).map((part) => {
      // One point alone would be no line.
      const ends = part.length === 1 ? [-DASH, DASH] : [0];
      const at = part.flatMap(([when, value]) =>
        ends.map((aside) => `${px(x(when) + aside)},${px(y(value))}`),
      );
      return `<polyline class="${colour}" points="${at.join(' ')}"/>`;
    }),
  );
  const marked = marks.map(({ at, what }, i) => {
    const isRight = x(at) > WIDTH / 2;
    const label = `${what}, ${at.toFixed(1)} s`;
    return `<line class="mark" x1="${px(x(at))}" x2="${px(x(at))}" y1="0" y2="${HEIGHT}"/><text class="mark" x="${px(x(at) + (isRight ? -4 : 4))}" y="${HEIGHT + LABEL * (i + 1)}" text-anchor="${isRight ? 'end' : 'start'}">${escape(label)}</text>`;
  });
  const height = HEIGHT + LABEL * (marks.length + 1);
  const axis = `<text x="${WIDTH - RIGHT}" y="${height}" text-anchor="end">${end.toFixed(0)} s</text>`;
  return `<h4>${escape(title)}</h4>
${drawing(height + 4, `${title} over time`, [...levels, ...drawn, ...marked, axis])}`;
}

/** The points between those that are not known. */
function partsOf(points: readonly (Point | null)[]): Point[][] {
  const parts: Point[][] = [[]];
  for (const point of points) {
    if (point) parts.at(-1)?.push(point);
    else parts.push([]);
  }
  return parts.filter((part) => part.length > 0);
}

/** To 1, 2, 4 or 8 with zeros. */
function roundUp(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 8].find((digit) => digit * decade >= value) ?? 10) * decade;
}
