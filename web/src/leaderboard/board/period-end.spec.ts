import { describe, expect, it } from 'vitest';
import { endOf } from './period-end.js';

describe('endOf', () => {
  it.each([
    ['daily', '2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00.000Z'],
    ['weekly', '2026-11-29T12:00:00Z', '2026-11-30T00:00:00.000Z'],
    ['weekly', '2026-11-30T00:00:00Z', '2026-12-07T00:00:00.000Z'],
    ['monthly', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00.000Z'],
  ] as const)('of the %s window at %s is %s', (window, now, end) => {
    expect(new Date(endOf(window, Date.parse(now)) ?? 0).toISOString()).toBe(end);
  });

  it('is null for all time', () => {
    expect(endOf('all', 0)).toBeNull();
  });
});
