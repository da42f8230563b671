import { formatMs, formatTimes } from '../measuring/format.js';
import type { SideFigures } from '../measuring/sides.js';
import { NOTICEABLE } from '../measuring/gain.js';
import type { Comparison } from '../scenario.js';

const WIDTH = 720;
const LEFT = 64;
const RIGHT = 28;
const INNER = WIDTH - LEFT - RIGHT;

/** Latency by percentile, both axes logarithmic: the tail has as much room as the middle. */
export function plotDistributions(sides: readonly SideFigures[]): string {
  const height = 260;
  const bottom = height - 36;
  const times = sides.flatMap(({ distribution }) => distribution.map(([, ms]) => ms));
  const [lowest, highest] = [decadeBelow(Math.min(...times)), decadeAbove(Math.max(...times))];
  const y = (ms: number) => bottom - (Math.log(ms / lowest) / Math.log(highest / lowest)) * (bottom - 12);
  const nines = (percentile: number) => -Math.log10(1 - percentile / 100);
  const most = Math.max(...sides.flatMap(({ distribution }) => distribution.map(([p]) => nines(p))));
  const x = (percentile: number) => LEFT + (nines(percentile) / most) * INNER;

  const levels = decades(lowest, highest).map(
    (ms) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${px(y(ms))}" y2="${px(y(ms))}"/><text x="${LEFT - 8}" y="${px(y(ms) + 4)}" text-anchor="end">${ms < 1 ? `${ms * 1000} µs` : ms < 1000 ? `${ms} ms` : `${ms / 1000} s`}</text>`,
  );
  const marks = [50, 90, 99, 99.9]
    .filter((percentile) => nines(percentile) <= most)
    .map(
      (percentile) =>
        `<text x="${px(x(percentile))}" y="${height - 14}" text-anchor="middle">p${percentile}</text>`,
    );
  const lines = sides.map(({ name, distribution }) => {
    const points = distribution.map(([percentile, ms]) => `${px(x(percentile))},${px(y(ms))}`).join(' ');
    return `<polyline class="${name}" points="${points}"/>`;
  });
  const label = `Latency by percentile: ${sides.map(({ name, p50Ms, p99Ms }) => `${name} p50 ${formatMs(p50Ms)} ms, p99 ${formatMs(p99Ms)} ms`).join('; ')}`;
  return `${legendOf(sides.map(({ name }) => name))}
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">${[...levels, ...marks, ...lines].join('')}</svg>`;
}

/** One bar per comparison, with the interval of its ratio, on a logarithmic axis. The shaded part is no noticeable difference. */
export function plotGains(comparisons: readonly Comparison[]): string {
  const rows = comparisons.flatMap(({ title, gains }) =>
    Object.entries(gains).map(([over, { requestsPerSecond }]) => ({ title, over, gain: requestsPerSecond })),
  );
  const lowest = decadeBelow(Math.min(0.9, ...rows.map(({ gain }) => gain.low)));
  const highest = decadeAbove(Math.max(2, ...rows.map(({ gain }) => gain.high)));
  const x = (ratio: number) => LEFT + (Math.log(ratio / lowest) / Math.log(highest / lowest)) * INNER;
  const rowHeight = 44;
  const height = rows.length * rowHeight + 28;
  const shaded = `<rect class="shaded" x="${px(x(1 / NOTICEABLE))}" y="0" width="${px(x(NOTICEABLE) - x(1 / NOTICEABLE))}" height="${height - 24}"/>`;
  const marks = decades(lowest, highest).map(
    (ratio) =>
      `<line class="grid" x1="${px(x(ratio))}" x2="${px(x(ratio))}" y1="0" y2="${height - 24}"/><text x="${px(x(ratio))}" y="${height - 6}" text-anchor="middle">${ratio.toLocaleString('en-US')}</text>`,
  );
  const bars = rows.map(({ title, over, gain }, i) => {
    const middle = i * rowHeight + 30;
    return `<text x="${LEFT}" y="${middle - 14}">${title}: module / ${over} ${formatTimes(gain.median)}</text>
<line class="interval module" x1="${px(x(gain.low))}" x2="${px(x(gain.high))}" y1="${middle}" y2="${middle}"/><circle class="module" cx="${px(x(gain.median))}" cy="${middle}" r="5"/>`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Ratios of requests per second">${[shaded, ...marks, ...bars].join('')}</svg>`;
}

function legendOf(names: readonly string[]): string {
  return `<p class="legend">${names.map((name) => `<span class="${name}">${name}</span>`).join(' ')}</p>`;
}

function decades(lowest: number, highest: number): number[] {
  const count = Math.round(Math.log10(highest / lowest));
  return Array.from({ length: count + 1 }, (_, i) => Number((lowest * 10 ** i).toPrecision(1)));
}

function decadeBelow(value: number): number {
  return Number((10 ** Math.floor(Math.log10(value))).toPrecision(1));
}

function decadeAbove(value: number): number {
  return Number((10 ** Math.ceil(Math.log10(value))).toPrecision(1));
}

function px(value: number): string {
  return value.toFixed(1);
}
