import { describe, expect, it } from 'vitest';
import { newestFirst } from './newest.js';

describe('newestFirst', () => {
  it('puts the last of a batch on top and drops the oldest', () => {
    const first = newestFirst([], ['a', 'b'], 3);
    const second = newestFirst(first, ['c', 'd'], 3);
    expect(second.map(({ item }) => item)).toEqual(['d', 'c', 'b']);
  });

  it('never gives two items the same number', () => {
    const list = newestFirst(newestFirst([], ['a', 'b'], 4), ['c', 'd'], 4);
    expect(list.map(({ number }) => number)).toEqual([4, 3, 2, 1]);
  });
});
