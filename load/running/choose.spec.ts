import { expect, it } from 'vitest';
import type { Scenario } from '../scenario.js';
import { choose } from './choose.js';

const scenario = (name: string, isLong = false): Scenario => ({
  name,
  question: '?',
  isLong,
  seconds: () => 1,
  measure: () => Promise.resolve({}),
});
const ALL = [scenario('a'), scenario('b', true), scenario('c')];

it.each([
  [[], false, 'abc', ''],
  [[], true, 'ac', 'b'],
  [['c', 'b'], true, 'bc', ''],
])('of a, c and the long b, named %o, quick %s, runs "%s"', (names, quick, chosen, leftOut) => {
  const found = choose(ALL, { scenarios: names, quick });
  const namesOf = (scenarios: Scenario[]) => scenarios.map(({ name }) => name).join('');
  expect([namesOf(found.chosen), namesOf(found.leftOut)]).toEqual([chosen, leftOut]);
});
