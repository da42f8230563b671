import { describe, expect, it } from 'vitest';
import { tieOf } from './ties.js';

const scores = [300, 200, 200, 100];
const entries = scores.map((score, i) => ({ rank: i + 1, playerId: `p${i}`, name: null, score }));
const wordsOf = (ties: 'first' | 'shared') => scores.map((_, i) => tieOf({ version: 1, ties, entries }, i));

describe('tieOf', () => {
  it('names the first and the later of equal scores', () => {
    expect(wordsOf('first')).toEqual([null, 'tie, first', 'tie, later', null]);
  });

  it('says that equal scores share a rank', () => {
    expect(wordsOf('shared')).toEqual([null, 'shares rank', 'shares rank', null]);
  });
});
