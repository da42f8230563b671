import { describe, expect, it } from 'vitest';
import type { Figure } from '../experiment.js';
import { formatValue, readerOf, summarize, verdictOf } from './verdict.js';

const hung = (module: number, textbook: number): Figure => ({
  name: 'hung',
  values: { module, textbook },
  goal: { side: 'module', atMost: 0 },
});
const recovery = (module: number | null): Figure => ({
  name: 'recovery',
  unit: 's',
  values: { module },
  goal: { side: 'module', atMost: 1 },
});

describe('summarize', () => {
  it('has the median and the worst of all runs, and whether each run met the goal', () => {
    const [figure] = summarize([[hung(0, 5)], [hung(2, 9)], [hung(0, 1)]]);
    expect(figure).toMatchObject({
      values: { module: { median: 0, worst: 2 }, textbook: { median: 5, worst: 9 } },
      isMet: false,
    });
  });

  it('takes the smallest value as the worst if the goal is a least one', () => {
    const refused = (module: number) => ({
      name: 'refused',
      values: { module },
      goal: { side: 'module', atLeast: 4 },
    });
    expect(summarize([[refused(4)], [refused(3)]])[0]).toMatchObject({
      values: { module: { worst: 3 } },
      isMet: false,
    });
  });

  it('misses the goal if something never happened within a run', () => {
    const [figure] = summarize([[recovery(0.2)], [recovery(null)], [recovery(0.4)]]);
    expect(figure).toMatchObject({ values: { module: { median: 0.4, worst: null } }, isMet: false });
  });

  it('accepts twice the value of the control of the same run', () => {
    const run = (engine: number, control: number): Figure[] => [
      {
        name: 'GET',
        values: { engine, control },
        goal: { side: 'engine', atMost: 1, orTwice: 'control' },
      },
    ];
    expect(summarize([run(0.9, 0.1), run(7, 4)])[0]?.isMet).toBe(true);
    expect(summarize([run(1.1, 0.1), run(7, 4)])[0]?.isMet).toBe(false);
  });

  it('says nothing about a figure without a goal', () => {
    expect(summarize([[{ name: 'requests', values: { module: 10 } }]])[0]?.isMet).toBeNull();
  });
});

describe('verdictOf', () => {
  it('holds if every goal is met, and otherwise names what does not hold', () => {
    expect(verdictOf(summarize([[hung(0, 5), recovery(0.5)]]))).toBe('holds');
    expect(verdictOf(summarize([[hung(1, 5), recovery(2)]]))).toBe('does not hold: hung; recovery');
  });
});

describe('readerOf', () => {
  it('reads the worst value or the median with its unit', () => {
    const figures = summarize([
      [recovery(0.25), hung(0, 3)],
      [recovery(0.75), hung(0, 1200)],
    ]);
    const [worst, median] = [readerOf(figures, 'worst'), readerOf(figures, 'median')];
    expect([worst('recovery'), worst('hung', 'textbook')]).toEqual(['0.75 s', '1,200']);
    expect(median('recovery')).toBe('0.5 s');
    expect(() => worst('luck')).toThrow('There is no figure "luck"');
  });

  it('says that something never happened', () => {
    expect(formatValue(null, 's')).toBe('not within the run');
  });
});
