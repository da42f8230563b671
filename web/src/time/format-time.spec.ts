import { describe, expect, it } from 'vitest';
import { formatCountdown, formatMilliseconds } from './format-time.js';

describe('formatMilliseconds', () => {
  it.each([
    [0, '0 ms'],
    [0.4249, '0.42 ms'],
    [3.456, '3.46 ms'],
    [42.42, '42.4 ms'],
    [412.4, '412 ms'],
    [1804, '1,804 ms'],
    [12_340, '12.3 s'],
  ])('shows %d as %s', (ms, text) => {
    expect(formatMilliseconds(ms)).toBe(text);
  });
});

describe('formatCountdown', () => {
  it.each([
    [1_798_000, '29:58'],
    [43_198_000, '11:59:58'],
    [900, '0:01'],
    [-5_000, '0:00'],
  ])('shows %d ms as %s', (ms, text) => {
    expect(formatCountdown(ms)).toBe(text);
  });
});
