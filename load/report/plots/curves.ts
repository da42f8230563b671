import type { Axis, Curve } from '../../scenario.js';
import { escape } from '../markup.js';
import { coloursOf, decades, drawing, INNER, LEFT, legendOf, level, logPosition, px } from './svg.js';

const HEIGHT = 230;
const TOP = 10;
const BOTTOM = HEIGHT - 44;
const LINEAR_MARKS = 4;

/** One line per series. The inputs that were measured are the marks of the horizontal axis. */
export function plotCurve({ title, x, y, series }: Curve): string {
  const points = series.flatMap((one) => one.points);
  const inputs = [...new Set(points.map(([input]) => input))];
  const [across, up] = [
    scaleOf(inputs, x),
    scaleOf(
      points.map(([, value]) => value),
      y,
    ),
  ];
  const left = (input: number) => LEFT + across.position(input) * INNER;
  const top = (value: number) => BOTTOM - up.position(value) * (BOTTOM - TOP);
  const levels = up.marks.map((value) => level(top(value), short(value)));
  const labels = inputs.map(
    (input) => `<text x="${px(left(input))}" y="${BOTTOM + 18}" text-anchor="middle">${short(input)}</text>`,
  );
  const colours = coloursOf(series);
  const lines = series.map((one, i) => {
    const places = one.points.map(([input, value]) => `${px(left(input))},${px(top(value))}`);
    return `<polyline class="${colours[i]}" points="${places.join(' ')}"/>`;
  });
  const axis = `<text x="${LEFT + INNER / 2}" y="${HEIGHT - 6}" text-anchor="middle">${escape(x.label)}</text>`;
  return `<h4>${escape(y.label)}</h4>
${series.length > 1 ? legendOf(series) : ''}
${drawing(HEIGHT, `${title}. The table below has the figures.`, [...levels, ...labels, ...lines, axis])}`;
}

interface Scale {
  readonly marks: readonly number[];
  /** Between 0 and 1. */
  position(value: number): number;
}

function scaleOf(values: readonly number[], { isLog }: Axis): Scale {
  if (isLog) {
    const marks = decades(values);
    return { marks, position: (value) => logPosition(value, marks) };
  }
  const highest = roundUp(Math.max(...values));
  const marks = Array.from({ length: LINEAR_MARKS + 1 }, (_, i) => (highest * i) / LINEAR_MARKS);
  return { marks, position: (value) => value / highest };
}

/** To 1, 2, 4 or 8 with zeros. */
function roundUp(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 8].find((digit) => digit * decade >= value) ?? 10) * decade;
}

/** 12,000 → "12K" */
function short(value: number): string {
  return value.toLocaleString('en-US', { notation: 'compact', maximumFractionDigits: 1 });
}
