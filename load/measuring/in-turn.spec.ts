import { expect, it } from 'vitest';
import { inTurn } from './in-turn.js';

it('reverses every second turn, and drops the results of the warm-up', async () => {
  const order: string[] = [];
  const rounds: number[] = [];
  const side = (name: string) => () => Promise.resolve(order.push(name));
  const results = await inTurn([side('a'), side('b')], {
    rounds: 2,
    warmUps: 1,
    onRound: (round) => rounds.push(round),
  });
  expect(order.join('')).toBe('baabba');
  expect(results).toEqual([
    [3, 6],
    [4, 5],
  ]);
  expect(rounds).toEqual([1, 2]);
});
