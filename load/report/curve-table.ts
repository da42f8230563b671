import { formatCount } from '../measuring/format.js';
import type { Curve, Table } from '../scenario.js';

/** The figures of a curve: one row per input. */
export function tableOfCurve({ title, x, y, series }: Curve): Table {
  const header = [x.label, ...series.map(({ name }) => (series.length === 1 ? y.label : name))];
  const inputs = series[0]?.points.map(([input]) => input) ?? [];
  const rows = inputs.map((input, i) => [
    formatCount(input),
    ...series.map(({ points }) => formatCount(points[i]?.[1] ?? Number.NaN)),
  ]);
  return { title: series.length === 1 ? title : `${title} (${y.label})`, rows: [header, ...rows] };
}
