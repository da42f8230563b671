import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOARD_WINDOWS } from './board.js';
import { type Calendar, isTimeZone, UTC_MIDNIGHT } from './calendar.js';
import { endedSince, periodAt, recentlyEnded } from './periods.js';

const calendar: fc.Arbitrary<Calendar> = fc.record({
  timeZone: fc.constantFrom('UTC', ...Intl.supportedValuesOf('timeZone')),
  resetHour: fc.nat(23),
});
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

  it('ends each period at the instant at which the next begins, in all time zones and at all hours', () => {
    fc.assert(
      fc.property(instant, fc.constantFrom('daily', 'weekly', 'monthly'), calendar, (at, window, where) => {
        const { name, endsAt } = periodAt(window, at, where);
        const end = (endsAt ?? 0) * 1000;
        expect(end).toBeGreaterThan(at.getTime());
        expect(periodAt(window, new Date(end - 1), where).name).toBe(name);
        expect(periodAt(window, new Date(end), where).name > name).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['Europe/Berlin', 0, '2026-11-24T22:59:59Z', '2026-11-24', '2026-11-24T23:00:00Z'],
    ['Europe/Berlin', 4, '2026-11-25T02:59:59Z', '2026-11-24', '2026-11-25T03:00:00Z'],
    // An hour that is skipped when the clocks go forward, and one that comes twice when they go back.
    ['Europe/Berlin', 2, '2026-03-29T00:30:00Z', '2026-03-28', '2026-03-29T01:00:00Z'],
    ['Europe/Berlin', 2, '2026-10-25T00:30:00Z', '2026-10-25', '2026-10-26T01:00:00Z'],
    ['Europe/Berlin', 3, '2026-10-25T01:30:00Z', '2026-10-24', '2026-10-25T02:00:00Z'],
    ['America/Havana', 0, '2026-03-08T04:59:59Z', '2026-03-07', '2026-03-08T05:00:00Z'],
    ['Pacific/Kiritimati', 23, '2026-11-24T08:59:59Z', '2026-11-23', '2026-11-24T09:00:00Z'],
  ])('in %s from %i o’clock: the day at %s is %s and ends at %s', (timeZone, resetHour, at, name, end) => {
    const day = periodAt('daily', new Date(at), { timeZone, resetHour });
    expect([day.name, day.endsAt]).toEqual([name, Date.parse(end) / 1000]);
  });
});

describe('recentlyEnded', () => {
  const board = { windows: BOARD_WINDOWS, acceptedAt: -Infinity, ...UTC_MIDNIGHT };

  it.each([
    ['2026-11-25T12:00:00Z', ['2026-11-24']],
    ['2026-11-30T00:00:00Z', ['2026-11-29', '2026-W48']],
    ['2026-12-01T23:59:59Z', ['2026-11-30', '2026-11']],
  ])('returns the periods that were current a day before %s and have ended', (at, names) => {
    expect(recentlyEnded(board, new Date(at)).map(({ name }) => name)).toEqual(names);
  });
});

describe('endedSince', () => {
  const acceptedAt = Date.parse('2026-11-30T22:59:59Z');
  const periods = ['2026-11-30', '2026-W49', '2026-11'];
  const board = { windows: BOARD_WINDOWS, acceptedAt, periods, timeZone: 'Europe/Berlin', resetHour: 0 };

  it.each([
    ['2026-11-30T22:59:59.999Z', []],
    ['2026-11-30T23:00:00Z', ['2026-11-30', '2026-11']],
    ['2027-02-01T00:00:00Z', ['2026-11-30', '2026-W49', '2026-11']],
  ])('returns at %s the periods of the newest scores that have ended', (now, names) => {
    expect(endedSince(board, Date.parse(now)).map(({ name }) => name)).toEqual(names);
  });

  it('leaves out periods without scores', () => {
    const [day, ...others] = periods;
    const now = Date.parse('2027-02-01T00:00:00Z');
    const names = endedSince({ ...board, periods: others }, now).map(({ name }) => name);
    expect(names).toEqual(periods.filter((name) => name !== day));
  });

  it('returns none for a board without scores', () => {
    expect(endedSince({ ...board, acceptedAt: -Infinity }, Date.now())).toEqual([]);
  });
});

describe('isTimeZone', () => {
  it.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['Etc/GMT+5', true],
    ['+02:00', false],
    ['Berlin', false],
    ['', false],
  ])('of %j is %s', (name, expected) => {
    expect(isTimeZone(name)).toBe(expected);
  });
});
