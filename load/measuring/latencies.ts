import { build } from 'hdr-histogram-js';

/** Points of a distribution that the report draws. */
const PERCENTILES = [1, 5, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99];

/** Latencies in a histogram with high dynamic range: three significant digits from a microsecond to two minutes. */
export class Latencies {
  private readonly histogram = build({
    highestTrackableValue: 120_000_000,
    numberOfSignificantValueDigits: 3,
  });

  record(ms: number): void {
    this.histogram.recordValue(Math.max(1, Math.round(ms * 1000)));
  }

  add(other: Latencies): void {
    this.histogram.add(other.histogram);
  }

  /** In milliseconds. */
  percentile(percentile: number): number {
    return this.histogram.getValueAtPercentile(percentile) / 1000;
  }

  /** Pairs of percentile and milliseconds, as far as there are enough values for a percentile. */
  get distribution(): [percentile: number, ms: number][] {
    const { totalCount } = this.histogram;
    return PERCENTILES.filter((percentile) => totalCount * (1 - percentile / 100) >= 1).map((percentile) => [
      percentile,
      this.percentile(percentile),
    ]);
  }
}
