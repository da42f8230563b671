import { describe, expect, it } from 'vitest';
import { ratioOf, type Comparison } from './compare.js';
import type { Figures } from '../measuring/series.js';
import { stateCaveats, stateGain } from './statements.js';

const figures = (requestsPerSecond: number, p50Ms: number, databaseQueries: number): Figures => ({
  requests: 1000,
  requestsPerSecond,
  p50Ms,
  p95Ms: 2 * p50Ms,
  p99Ms: 4 * p50Ms,
  databaseQueries,
  failures: 0,
});

function comparison(uncached: Figures, cached: Figures): Comparison {
  return { title: 'one query', route: '/', keys: 1, uncached, cached, ratio: ratioOf({ uncached, cached }) };
}

const floor = figures(5000, 0.6, 0);

describe('ratioOf', () => {
  it('divides cached by uncached', () => {
    expect(ratioOf({ uncached: figures(10, 400, 0), cached: figures(4000, 1, 0) })).toEqual({
      requestsPerSecond: 400,
      p50: 0.0025,
      p99: 0.0025,
    });
  });
});

describe('stateGain', () => {
  it('reports that caching pays off at ten times the requests per second or more', () => {
    expect(stateGain(comparison(figures(10, 400, 1000), figures(4000, 0.9, 2)), floor)).toBe(
      'one query: caching pays off. 400x the requests per second, p50 0.90 ms instead of 400.0 ms, ' +
        '2 database queries per 1,000 requests instead of 1,000.',
    );
  });

  it('reports that caching helps at twice the requests per second or more', () => {
    expect(stateGain(comparison(figures(1000, 4, 1000), figures(3000, 1.3, 0)), floor)).toContain(
      'caching helps. 3x',
    );
  });

  it('reports that caching gains little below that, with the cost of HTTP alone', () => {
    const statement = stateGain(comparison(figures(2000, 2, 1000), figures(2600, 1.5, 0)), floor);
    expect(statement).toContain('caching gains little. 1.3x');
    expect(statement).toContain('a constant response already takes 0.60 ms');
  });

  it('reports that caching costs more than it saves when the cached side is slower', () => {
    expect(stateGain(comparison(figures(2600, 1.5, 1000), figures(2000, 2, 0)), floor)).toContain(
      'caching costs more than it saves. 1/1.3',
    );
  });
});

describe('stateCaveats', () => {
  const many = figures(4000, 0.9, 0);

  it('warns about percentiles of few requests', () => {
    expect(stateCaveats([comparison({ ...many, requests: 24 }, many)])).toEqual([
      expect.stringContaining('fewest: 24'),
    ]);
  });

  it('returns no warning when there are enough requests', () => {
    expect(stateCaveats([comparison(many, many)])).toEqual([]);
  });
});
