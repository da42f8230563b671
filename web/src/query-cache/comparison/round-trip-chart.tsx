import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import { chartOptions, HEIGHT } from './chart-options.js';
import { KEPT, type RoundTrips } from './round-trips.js';

/** Both ways on one logarithmic scale, the newest on the right. */
export function RoundTripChart({ roundTrips }: { roundTrips: RoundTrips }) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | null>(null);

  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const drawn = new UPlot(chartOptions(element), dataOf(roundTrips), element);
    chart.current = drawn;
    return keepFitting(drawn, element);
  }, []);

  useEffect(() => chart.current?.setData(dataOf(roundTrips)), [roundTrips]);

  return (
    <figure>
      <div class="chart" ref={host} />
      <figcaption class="hint">
        Round trips seen from this browser, on a logarithmic scale, the newest on the right.
      </figcaption>
    </figure>
  );
}

/** Resizes with the element and repaints with the colour scheme. Returns a function that stops this and removes the chart. */
function keepFitting(drawn: UPlot, element: HTMLElement): () => void {
  const fit = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const repaint = (): void => drawn.redraw(false, true);
  fit.observe(element);
  scheme.addEventListener('change', repaint);
  return () => {
    fit.disconnect();
    scheme.removeEventListener('change', repaint);
    drawn.destroy();
  };
}

function dataOf({ cached, uncached }: RoundTrips): UPlot.AlignedData {
  const places = Array.from({ length: KEPT }, (_, index) => index + 1);
  // Both end at the right edge, so that the newest are above each other.
  const aligned = (values: number[]): (number | null)[] =>
    places.map((place) => values.at(place - KEPT - 1) ?? null);
  return [places, aligned(cached), aligned(uncached)];
}
