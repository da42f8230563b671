import { expect, it } from 'vitest';
import { Metrics } from './metrics.js';

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
