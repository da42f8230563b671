import type { Histogram, Meter, MetricOptions } from '@opentelemetry/api';

const SUFFIXES = { s: 'seconds', By: 'bytes', '1': 'ratio' } as const;
const BUCKETS_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

type Unit = keyof typeof SUFFIXES;

/**
 * The name of a metric with its unit, as Prometheus expects it: OpenTelemetry's exporter does not append it.
 *
 * Source: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata-1
 */
export function inUnit(name: string, unit: Unit, description: string): [string, MetricOptions] {
  return [`${name}.${SUFFIXES[unit]}`, { unit, description }];
}

/** A histogram of durations in seconds. */
export function durations(meter: Meter, name: string, description: string): Histogram {
  const [withUnit, options] = inUnit(name, 's', description);
  return meter.createHistogram(withUnit, {
    ...options,
    advice: { explicitBucketBoundaries: BUCKETS_SECONDS },
  });
}
