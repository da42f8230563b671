import { describe, expect, it } from 'vitest';
import { newestFirst } from './newest.js';

describe('newestFirst', () => {
  it('prepends the newest item of a batch and drops the oldest of the list', () => {
    const first = newestFirst([], ['a', 'b'], 3);
    const second = newestFirst(first, ['c', 'd'], 3);
    expect(second.map(({ item }) => item)).toEqual(['d', 'c', 'b']);
  });

  it('gives every item a different number', () => {
    const list = newestFirst(newestFirst([], ['a', 'b'], 4), ['c', 'd'], 4);
    expect(list.map(({ number }) => number)).toEqual([4, 3, 2, 1]);
  });
});
