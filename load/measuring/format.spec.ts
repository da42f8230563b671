import { describe, expect, it } from 'vitest';
import { align, formatCount, formatMs, formatRate, formatTimes } from './format.js';

describe('formatTimes', () => {
  it.each([
    [722.4, '722 times'],
    [3.44, '3.4 times'],
    [1, '1.0 times'],
    [0.126, '0.13 times'],
    [1234.5, '1,235 times'],
    [Number.NaN, '-'],
    [Number.POSITIVE_INFINITY, '-'],
  ])('shows %d as %s', (ratio, text) => {
    expect(formatTimes(ratio)).toBe(text);
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

describe('formatRate', () => {
  it('shows the quartiles beside the median', () => {
    const requestsPerSecond = { median: 1886.3, quartiles: [1820, 1950.4] as [number, number] };
    expect(formatRate({ requestsPerSecond })).toBe('1,886 (1,820-1,950)');
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
