import { describe, expect, it } from 'vitest';
import { formatTable } from './table.js';

describe('formatTable', () => {
  const side = { requests: 40, requestsPerSecond: 5, p50Ms: 700, p95Ms: 800, p99Ms: 900 };
  const uncached = { ...side, databaseQueries: 40, failures: 1 };
  const cached = { ...uncached, requestsPerSecond: 5000, p50Ms: 0.7, p99Ms: 0.9, databaseQueries: 0 };
  const ratio = { requestsPerSecond: 1000, p50: 0.001, p99: 0.001 };
  const table = formatTable([{ title: 'ranking', route: '/', keys: 1, uncached, cached, ratio }], cached);

  it('has the same width in every line', () => {
    expect(new Set(table.split('\n').map((line) => line.length)).size).toBe(1);
  });

  it('contains both sides, their ratio and the floor', () => {
    const rows = table.split('\n').map((line) => line.trim().split(/\s{2,}/));
    expect(rows).toContainEqual(['ranking', 'uncached', '40', '5', '700.0', '800.0', '900.0', '40', '1']);
    expect(rows).toContainEqual(['cached', '40', '5,000', '0.70', '800.0', '0.90', '0', '1']);
    expect(rows).toContainEqual(['ratio', '1,000x', '1/1,000', '1/1,000']);
    expect(rows.at(-1)?.slice(0, 2)).toEqual(['GET /health/live', 'floor']);
  });
});
