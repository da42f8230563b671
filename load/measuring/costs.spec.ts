import { describe, expect, it } from 'vitest';
import { Costs, costsInTurn, figureOf, tableOfCosts } from './costs.js';
import { parseOptions } from '../options.js';

const SIX_ROUNDS = [1, 1.1, 0.9, 1, 1.05, 0.95];
const rounds = (cost: number) => SIX_ROUNDS.map((factor) => cost * factor);
const costs = () =>
  new Costs(
    new Map([
      ['GET', rounds(50)],
      ['hit', rounds(60)],
    ]),
  );

describe('Costs', () => {
  it('compares rounds of the same turn, so that other load on the machine has no effect', () => {
    const { median, low, high } = costs().ratio('hit', 'GET');
    expect([median, low, high]).toEqual(Array.from({ length: 3 }, () => expect.closeTo(1.2) as unknown));
  });

  it('shows each work with its interval, and its ratio to one of them', () => {
    const labels = { title: 'a hit', header: 'size', over: 'GET' };
    expect(tableOfCosts(labels, new Map([['2 KB', costs()]])).rows).toEqual([
      ['size', 'side', 'µs', 'this / GET'],
      ['2 KB', 'GET', '50 (45-55)', ''],
      ['2 KB', 'hit', '60 (54-66)', '1.2x (1.2-1.2)'],
    ]);
  });

  it('joins the rounds of several measurements', () => {
    const joined = Costs.joined([costs(), new Costs(new Map([['GET', [900]]]))]);
    expect(joined.middle('GET')).toMatchObject({ median: 50, high: 900 });
  });
});

describe('costsInTurn', () => {
  it('measures the rounds of the options, each as long as they say', async () => {
    const said: string[] = [];
    const options = { ...parseOptions([], []), rounds: 3, seconds: 0.02 };
    const called: number[] = [];
    const cost = async (times: number) => {
      called.push(times);
      const endsAt = performance.now() + times;
      while (performance.now() < endsAt);
      return 7 * times;
    };
    const measured = await costsInTurn([{ name: 'a', cost }], { options, say: (what) => said.push(what) }, 0);
    expect(said).toEqual(['a: round 1 of 3', 'a: round 2 of 3', 'a: round 3 of 3']);
    expect(measured.middle('a')).toMatchObject({ median: 7, low: 7, high: 7 });
    // A call takes at least a millisecond.
    expect(called.slice(-3).every((times) => times > 1 && times <= 21)).toBe(true);
  });
});

describe('figureOf', () => {
  it('is the median with its interval and its goal', () => {
    const figure = figureOf(costs().ratio('hit', 'GET'), { figure: 'hit / GET', atMost: 1.25 });
    expect(figure).toMatchObject({ figure: 'hit / GET', atMost: 1.25, interval: { confidence: 0.96875 } });
    expect(figure.value).toBeCloseTo(1.2);
  });
});
