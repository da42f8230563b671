import { formatTimes } from '../../measuring/format.js';
import { NOTICEABLE } from '../../measuring/gain.js';
import type { Comparison } from '../../scenario.js';
import { escape } from '../markup.js';
import { decades, drawing, logPosition, px, RIGHT, WIDTH } from './svg.js';

const ROW = 42;
const MARGIN = 20;

/** The ratios of requests per second with their intervals, on a logarithmic axis. The shaded part is no noticeable difference. */
export function plotGains(comparisons: readonly Comparison[]): string {
  const rows = comparisons.flatMap(({ title, sides, gains }) =>
    Object.entries(gains).map(([over, { requestsPerSecond }]) => ({
      title: `${title}: ${sides[0]?.name} / ${over}`,
      gain: requestsPerSecond,
    })),
  );
  if (rows.length === 0) return '';
  const axis = decades([0.9, 2, ...rows.flatMap(({ gain }) => [gain.low, gain.high])]);
  const x = (ratio: number) => MARGIN + logPosition(ratio, axis) * (WIDTH - MARGIN - RIGHT - 6);
  const bottom = rows.length * ROW + 4;
  const shaded = `<rect class="shaded" x="${px(x(1 / NOTICEABLE))}" y="0" width="${px(x(NOTICEABLE) - x(1 / NOTICEABLE))}" height="${bottom}"/>`;
  const marks = axis.map(
    (ratio) =>
      `<line class="grid" x1="${px(x(ratio))}" x2="${px(x(ratio))}" y1="0" y2="${bottom}"/><text x="${px(x(ratio))}" y="${bottom + 16}" text-anchor="middle">${ratio.toLocaleString('en-US')}</text>`,
  );
  const bars = rows.map(({ title, gain }, i) => {
    const middle = i * ROW + 30;
    return `<text x="${MARGIN + 4}" y="${middle - 12}">${escape(title)} <tspan class="strong">${formatTimes(gain.median)}</tspan></text>
<line class="interval ${classOf(gain.verdict)}" x1="${px(x(gain.low))}" x2="${px(x(gain.high))}" y1="${middle}" y2="${middle}"/><circle class="${classOf(gain.verdict)}" cx="${px(x(gain.median))}" cy="${middle}" r="4.5"/>`;
  });
  return drawing(bottom + 24, 'Ratios of requests per second', [shaded, ...marks, ...bars]);
}

function classOf(verdict: string): string {
  if (verdict === 'better') return 'module';
  return verdict === 'worse' ? 'direct' : 'unclear';
}
