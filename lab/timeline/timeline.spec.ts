import { describe, expect, it } from 'vitest';
import type { Attempt } from '../traffic/client.js';
import { hitPercentOf, timelineOf } from './timeline.js';

const attempt = (
  startedAt: number,
  outcome: Attempt['outcome'],
  ms = 1,
  place?: Attempt['place'],
): Attempt => ({
  useCase: 'query',
  startedAt,
  ms,
  outcome,
  status: 0,
  place,
});

describe('timelineOf', () => {
  const attempts = [
    attempt(1000, 'ok', 4),
    attempt(1200, 'ok', 2),
    attempt(1600, 'hung', 3000),
    attempt(1700, 'ok'),
    attempt(2600, 'ok'),
  ];
  const timeline = timelineOf({
    title: 'all use cases',
    startedAt: 1000,
    endedAt: 2700,
    sides: [{ name: 'module', attempts }],
    marks: [{ at: 1550, what: 'kill -9' }],
    samples: [
      { at: 1000, queries: 10 },
      { at: 2000, queries: 30 },
    ],
  });

  it('counts requests by the half second in which they were sent, without the last one, which is not complete', () => {
    expect(timeline.sides[0]).toMatchObject({
      name: 'module',
      answeredPerSecond: [4, 2, 0],
      failedPerSecond: [0, 2, 0],
    });
    expect(timeline.sides[0]?.p99Ms[0]).toBeCloseTo(4, 1);
    expect(timeline.sides[0]?.p99Ms[2]).toBeNull();
  });

  it('has marks and database queries in seconds since the start', () => {
    expect(timeline.marks).toEqual([{ at: 0.55, what: 'kill -9' }]);
    expect(timeline.databaseQueries).toEqual([[1, 20]]);
  });
});

describe('hitPercentOf', () => {
  it('counts answers from memory and from the engine as hits, and leaves out those that say nothing', () => {
    const places = ['local', 'engine', 'miss', undefined, 'miss'] as const;
    expect(hitPercentOf(places.map((place) => attempt(0, 'ok', 1, place)))).toBe(50);
    expect(hitPercentOf([attempt(0, 'ok')])).toBeNull();
  });
});
