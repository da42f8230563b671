import UPlot from 'uplot';
import { KEPT } from './round-trips.js';

export const HEIGHT = 180;

export function chartOptions(element: HTMLElement): UPlot.Options {
  // Read at each paint: a canvas does not resolve custom properties, and the colour scheme may change.
  const color = (name: string) => (): string => getComputedStyle(element).getPropertyValue(name).trim();
  const line = (name: string): UPlot.Series => ({
    stroke: color(name),
    width: 1.5,
    points: { show: true, size: 5, fill: color(name), stroke: color(name) },
  });
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [10, 8, 10, 0],
    scales: {
      x: { time: false, range: [0, KEPT + 1] },
      // 3 is logarithmic; uPlot names it in its types only, so the name does not exist at run time.
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment
      y: { distr: 3, range: (_, min, max) => wholeDecades(min, max) },
    },
    series: [{}, line('--cached'), line('--uncached')],
    axes: [
      { show: false },
      {
        stroke: color('--muted'),
        grid: { stroke: color('--line'), width: 1 },
        ticks: { show: false },
        font: '11px system-ui, sans-serif',
        size: 56,
        splits: (_chart, _axis, min, max) => powersOfTen(min, max),
        filter: (_chart, splits) => splits,
        values: (_chart, splits) => splits.map((ms) => (ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`)),
      },
    ],
  };
}

// At least 1 to 1000 ms, so that the same gap always has the same height.
function wholeDecades(min: number | null, max: number | null): UPlot.Range.MinMax {
  return UPlot.rangeLog(Math.min(min ?? 1, 1), Math.max(max ?? 1, 1000), 10, true);
}

function powersOfTen(min: number, max: number): number[] {
  const [first, last] = [Math.round(Math.log10(min)), Math.round(Math.log10(max))];
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}
