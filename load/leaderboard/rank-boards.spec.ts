import { expect, it } from 'vitest';
import { scoresOf } from './rank-boards.js';

it('gives each player a different score, in an order that has nothing to do with the names', () => {
  const scores = scoresOf(1_000);
  expect(new Set(scores.map(({ score }) => score)).size).toBe(1_000);
  expect(new Set(scores.map(({ playerId }) => playerId)).size).toBe(1_000);
  const inOrder = scores.filter(({ playerId, score }) => playerId === `p${score}`);
  expect(inOrder.length).toBeLessThan(20);
  expect(scoresOf(1_000)).toEqual(scores);
});
