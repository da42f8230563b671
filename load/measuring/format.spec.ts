import { describe, expect, it } from 'vitest';
import { align, formatCount, formatMs, formatRatio } from './format.js';

describe('formatRatio', () => {
  it.each([
    [722.4, '722x'],
    [3.44, '3.4x'],
    [1, '1x'],
    [0.99, '1x'],
    [0.5, '1/2'],
    [1 / 1234, '1/1,234'],
    [Number.NaN, '-'],
    [Number.POSITIVE_INFINITY, '-'],
    [0, '-'],
  ])('shows %d as %s', (ratio, text) => {
    expect(formatRatio(ratio)).toBe(text);
  });
});

describe('formatMs', () => {
  it.each([
    [0.812, '0.81'],
    [9.99, '9.99'],
    [12.34, '12.3'],
    [1234.5, '1234.5'],
  ])('shows %d as %s', (ms, text) => {
    expect(formatMs(ms)).toBe(text);
  });
});

describe('formatCount', () => {
  it('groups thousands, and keeps two decimals of small rates', () => {
    expect([formatCount(12345.6), formatCount(5.678), formatCount(0)]).toEqual(['12,346', '5.68', '0']);
  });
});

describe('align', () => {
  it('aligns names left and figures right, and pads short rows', () => {
    expect(align([['query', 'side', 'req/s'], ['one', 'cached', '5'], ['two']])).toEqual([
      'query  side    req/s',
      'one    cached      5',
      'two                 ',
    ]);
  });
});
