import type { BoardDefinition } from './board.js';

/** Where and at which hour the days of a board begin. */
export type Calendar = Required<Pick<BoardDefinition, 'timeZone' | 'resetHour'>>;

export const UTC_MIDNIGHT: Calendar = { timeZone: 'UTC', resetHour: 0 };

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** The local date of a board, as a time in UTC: its day begins at 00:00, whatever the reset hour is. */
export function boardDateAt(at: Date, { timeZone, resetHour }: Calendar): Date {
  return new Date(at.getTime() + offsetAt(at.getTime(), timeZone) - resetHour * HOUR_MS);
}

/** The moment, in milliseconds, at which `boardDateAt` first returns `date` or a later one. */
export function instantOf(date: number, { timeZone, resetHour }: Calendar): number {
  const local = date + resetHour * HOUR_MS;
  const guess = local - offsetAt(local - DAY_MS, timeZone);
  // The offset just before: an hour that is skipped ends the period when the clocks go forward, one that comes twice when it first comes.
  const instant = local - offsetAt(guess - 1, timeZone);
  const offset = offsetAt(instant, timeZone);
  // The clocks go back at this very moment, so the hour is yet to come.
  return instant + offset < local ? local - offset : instant;
}

/** Whether this is the name of a time zone, and not an offset such as `+02:00`, which has no summer time. */
export function isTimeZone(name: string): boolean {
  try {
    return /^[A-Z]/i.test(name) && formatterOf(name) !== null;
  } catch {
    return false;
  }
}

/** How far local time is ahead of UTC, in milliseconds. */
function offsetAt(time: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const parts = formatterOf(timeZone).formatToParts(time);
  const [year = 0, month = 1, ...rest] = parts.flatMap(({ type, value }) =>
    type === 'literal' ? [] : [Number(value)],
  );
  const wholeSeconds = time - (((time % 1000) + 1000) % 1000);
  return Date.UTC(year, month - 1, ...rest) - wholeSeconds;
}

/** Creating one takes a hundred times as long as using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Writes year, month, day, hour, minute and second in this order. @throws {RangeError} for an unknown time zone */
function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known) return known;
  const digits = {
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  } as const;
  // Swedish dates are in the order of ISO 8601.
  const formatter = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    ...digits,
  });
  formatters.set(timeZone, formatter);
  return formatter;
}
