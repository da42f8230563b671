import { describe, expect, it } from 'vitest';
import { type Histogram, Metrics } from './metrics.js';

const TEXT = `# TYPE seconds histogram
seconds_count{operation="SELECT",table="flights"} 3
seconds_count{operation="SELECT",table="airports"} 4
seconds_count{operation="INSERT",table="flights"} 5
seconds_sum{operation="SELECT",table="flights"} 0.25
`;

it('adds the series that have all labels', () => {
  const metrics = new Metrics(TEXT);
  expect(metrics.sum('seconds_count', { operation: 'SELECT', table: 'flights' })).toBe(3);
  expect(metrics.sum('seconds_count', { table: 'flights' })).toBe(8);
  expect(metrics.sum('seconds_count')).toBe(12);
  expect(metrics.sum('seconds_sum')).toBe(0.25);
  expect(metrics.sum('none')).toBe(0);
});

describe('histograms', () => {
  const histogram = (counts: [number, number, number], sum: number) => {
    const [low, middle, all] = counts;
    return new Metrics(`seconds_count{operation="COMMIT",failed="no"} ${all}
seconds_sum{operation="COMMIT",failed="no"} ${sum}
seconds_bucket{operation="COMMIT",failed="no",le="0.001"} ${low}
seconds_bucket{operation="COMMIT",failed="no",le="0.01"} ${middle}
seconds_bucket{operation="COMMIT",failed="no",le="+Inf"} ${all}
seconds_bucket{operation="SELECT",table="flights",le="+Inf"} 1
`).histograms('seconds', ['operation', 'table']);
  };

  it('are one per combination of labels', () => {
    expect([...histogram([1, 2, 2], 0.01).keys()]).toEqual(['COMMIT', 'SELECT flights']);
  });

  it('say what came since an earlier one', () => {
    const before = histogram([90, 90, 90], 1).get('COMMIT');
    const since = histogram([140, 189, 190], 3).get('COMMIT')?.since(before) as Histogram;
    expect([since.count, since.sum]).toEqual([100, 2]);
    expect([0.5, 0.99, 1].map((share) => since.quantileAtMost(share))).toEqual([0.001, 0.01, Infinity]);
  });
});
