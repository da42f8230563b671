import { describe, expect, it } from 'vitest';
import { figuresOf, rateFigure, SIZES } from './goals.js';
import { type Cost, Hits } from './hits.js';
import { byValue, describeNodes } from './sentences.js';
import { BARE, BENTOCACHE, CONSTANT, FAST_LANE, MODULE, type Side } from './sides.js';

const SIX_ROUNDS = [1, 1.1, 0.9, 1, 1.05, 0.95];
const costs = (cpu: number): Cost[] =>
  SIX_ROUNDS.map((factor) => ({ cpu: cpu * factor, perSecond: 1e6 / cpu / factor }));
const hitsOf = (...sides: [Side, number][]) =>
  new Hits(new Map(sides.map(([side, cpu]) => [side, costs(cpu)])));

describe('Hits', () => {
  it('compares rounds of the same turn, so that other load on the machine has no effect', () => {
    const hits = hitsOf([MODULE, 160], [CONSTANT, 200]);
    const { low, high } = hits.ratio(MODULE, CONSTANT, 'cpu');
    expect([low, high]).toEqual([expect.closeTo(0.8), expect.closeTo(0.8)]);
    expect(hits.cpu(MODULE).median).toBeCloseTo(160);
  });
});

describe('the goals', () => {
  const [size] = SIZES;
  if (!size) throw new Error('There is no size.');

  it('are compared with the measured sides only', () => {
    const hits = hitsOf([FAST_LANE, 30], [MODULE, 160], [CONSTANT, 200], [BARE, 25]);
    expect(figuresOf(size, hits).map(({ figure }) => figure)).toEqual([
      'server CPU of a hit of 2 KB, module / constant Nest handler',
      'server CPU of a hit of 2 KB, fast lane / bare node:http',
    ]);
    expect(rateFigure(size, hits)).toEqual([]);
  });

  it('compare requests per second with the fastest other library', () => {
    const slower: Side = { name: 'slower', file: 'slower', kind: 'peer' };
    const hits = hitsOf([FAST_LANE, 30], [slower, 300], [BENTOCACHE, 240], [CONSTANT, 200]);
    const [figure] = rateFigure(size, hits);
    expect(figure).toMatchObject({
      figure: 'requests/s of 2 KB, fast lane / fastest peer (bentocache)',
      atLeast: 5,
    });
    expect(figure?.value).toBeCloseTo(8);
  });
});

describe('byValue', () => {
  it('groups the sides, smallest value first', () => {
    expect(
      byValue([
        [BENTOCACHE, 3],
        [MODULE, 1],
        [FAST_LANE, 1],
      ]),
    ).toBe('1 (module, fast lane), 3 (bentocache)');
  });
});

describe('describeNodes', () => {
  it('gives the most loads of any repetition', () => {
    const staleness = { invalidations: 1, old: 0, answers: 9, longestMs: 0, isLimit: false, limitMs: 500 };
    const [loads] = describeNodes([{ side: MODULE, loads: [1, 1, 2], staleness }], new Map());
    expect(loads).toContain('query the database at most this often: 2 (module).');
  });
});
