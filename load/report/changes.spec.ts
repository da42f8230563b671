import { describe, expect, it } from 'vitest';
import { figureOf } from '../measuring/costs.js';
import { gainOf } from '../measuring/gain.js';
import type { Figure } from '../scenario.js';
import { changesBetween } from './changes.js';
import { reportWith, sideNamed } from './report.fixture.js';

const ratios = (ratio: number, rounds = 6) =>
  gainOf(Array.from({ length: rounds }, (_, i) => ratio + i / 100));

function reportOfRatio(ratio: number, rounds?: number) {
  const gain = ratios(ratio, rounds);
  const gains = { direct: { requestsPerSecond: gain, p50: ratios(1), p99: ratios(1) } };
  const sides = [sideNamed('module'), sideNamed('direct')];
  return reportWith({ comparisons: [{ title: 'one route', connections: 4, sides, gains }] });
}

const reportOfFigure = (figure: Figure) => reportWith({ figures: [figure] });

describe('changesBetween', () => {
  it.each([
    [3, 4, '3 have the same verdict in both runs, 0 have a verdict in one run only, and 0 have opposite'],
    [3, 1, '2 have the same verdict in both runs, 1 have a verdict in one run only, and 0 have opposite'],
    [3, 0.1, '2 have the same verdict in both runs, 0 have a verdict in one run only, and 1 have opposite'],
  ])('of a ratio of %s then and %s now says how far the verdicts agree', (then, now, words) => {
    const { agreement } = changesBetween(reportOfRatio(then), reportOfRatio(now));
    expect(agreement).toBe(`Of 3 ratios, ${words} verdicts.`);
  });

  it('says nothing of verdicts if the reports have no ratio in common', () => {
    const figure = { figure: 'p99', value: 1 };
    expect(changesBetween(reportOfFigure(figure), reportOfFigure(figure)).agreement).toBe('');
  });

  it('says "changed" if the intervals of a ratio do not overlap', () => {
    const { rows } = changesBetween(reportOfRatio(10), reportOfRatio(12));
    expect(rows).toHaveLength(3);
    expect(rows[0]).toEqual({
      scenario: 'query-cache',
      what: 'one route: requests/s, module / direct',
      old: '10x (10-10)',
      now: '12x (12-12)',
      verdict: 'changed',
    });
    expect(rows[1]?.verdict).toBe('no change shown');
  });

  it.each([
    ['they overlap', reportOfRatio(10), reportOfRatio(10.02)],
    ['a run has too few rounds', reportOfRatio(10), reportOfRatio(12, 5)],
  ])('does not say "changed" if %s', (_why, old, now) => {
    expect(changesBetween(old, now).rows.map(({ verdict }) => verdict)).toEqual(
      Array.from({ length: 3 }, () => 'no change shown'),
    );
  });

  it.each([
    [5, 7, 'changed, goal missed now'],
    [7, 5, 'changed, goal met now'],
    [1, 6, 'no change shown'],
    [7, 9, 'no change shown'],
  ])('of a figure that was %s and is %s, goal at most 6, says "%s"', (before, after, verdict) => {
    const figure = { figure: 'p99', unit: 'ms', atMost: 6 };
    const old = reportOfFigure({ ...figure, value: before });
    const { rows } = changesBetween(old, reportOfFigure({ ...figure, value: after }));
    expect(rows).toEqual([
      { scenario: 'query-cache', what: 'p99', old: `${before} ms`, now: `${after} ms`, verdict },
    ]);
  });

  it.each([
    [5, 5.1, 'changed'],
    [5.9, 6.1, 'changed, goal missed now'],
    [5.99, 6.01, 'no change shown'],
  ])('of a figure of six rounds that was %s and is %s says "%s"', (before, after, verdict) => {
    const reportOfRounds = (value: number) =>
      reportOfFigure(figureOf(ratios(value), { figure: 'p50', atMost: 6 }));
    expect(changesBetween(reportOfRounds(before), reportOfRounds(after)).rows[0]?.verdict).toBe(verdict);
  });

  it('counts what only one of the reports has, and names another machine', () => {
    const old = reportOfFigure({ figure: 'p50', value: 1 });
    const now = reportOfFigure({ figure: 'p99', value: 1 });
    const { rows, caveats } = changesBetween(old, { ...now, machine: { ...now.machine, cores: 64 } });
    expect(rows).toEqual([]);
    expect(caveats).toEqual([
      expect.stringMatching(/^Not the same machine: 2 x .* then, 64 x .* now\.$/),
      '2 ratios and figures are in one of the reports only.',
    ]);
  });
});
