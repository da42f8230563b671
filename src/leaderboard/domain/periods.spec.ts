import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOARD_WINDOWS } from './board.js';
import { recentlyEnded, periodAt } from './periods.js';

const instant = fc.date({ min: new Date('1999-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });

describe('periodAt', () => {
  it.each([
    ['2026-11-24T23:59:59.999Z', ['all', '2026-11-24', '2026-W48', '2026-11']],
    ['2026-12-31T12:00:00Z', ['all', '2026-12-31', '2026-W53', '2026-12']],
    ['2027-01-03T00:00:00Z', ['all', '2027-01-03', '2026-W53', '2027-01']],
    ['2024-12-30T00:00:00Z', ['all', '2024-12-30', '2025-W01', '2024-12']],
    ['2024-02-29T00:00:00Z', ['all', '2024-02-29', '2024-W09', '2024-02']],
  ])('names the periods of %s', (at, names) => {
    expect(BOARD_WINDOWS.map((window) => periodAt(window, new Date(at)).name)).toEqual(names);
  });

  it('ends each period at the instant at which the next begins', () => {
    fc.assert(
      fc.property(instant, fc.constantFrom('daily', 'weekly', 'monthly'), (at, window) => {
        const { name, endsAt } = periodAt(window, at);
        const end = (endsAt ?? 0) * 1000;
        expect(end).toBeGreaterThan(at.getTime());
        expect(periodAt(window, new Date(end - 1)).name).toBe(name);
        expect(periodAt(window, new Date(end)).name).not.toBe(name);
      }),
    );
  });
});

describe('recentlyEnded', () => {
  const board = { windows: BOARD_WINDOWS, acceptedAt: -Infinity };

  it.each([
    ['2026-11-25T12:00:00Z', ['2026-11-24']],
    ['2026-11-30T00:00:00Z', ['2026-11-29', '2026-W48']],
    ['2026-12-01T23:59:59Z', ['2026-11-30', '2026-11']],
  ])('returns the periods that were current a day before %s and have ended', (at, names) => {
    expect(recentlyEnded(board, new Date(at)).map(({ name }) => name)).toEqual(names);
  });
});
