import type { BoardWindow } from './board.js';
import { boardDateAt, type Calendar, instantOf, UTC_MIDNIGHT } from './calendar.js';

/** A day, ISO week or month of a board, or all time. */
export interface Period {
  window: BoardWindow;
  /** `all`, `2026-11-24`, `2026-W48` or `2026-11`. */
  name: string;
  /** When it ends, in Unix seconds; null for all time. */
  endsAt: number | null;
}

const DAY_MS = 86_400_000;

/** The current period of a window. */
export function periodAt(window: BoardWindow, at: Date, calendar: Calendar = UTC_MIDNIGHT): Period {
  if (window === 'all') return { window, name: 'all', endsAt: null };
  const { name, end } = datesOf(window, boardDateAt(at, calendar));
  return { window, name, endsAt: instantOf(end, calendar) / 1000 };
}

/** The window that has a period of this name. Names of one window sort by time. */
export function windowOf(period: string): BoardWindow {
  if (/^\d{4}-\d{2}-\d{2}$/.test(period)) return 'daily';
  if (/^\d{4}-W\d{2}$/.test(period)) return 'weekly';
  return /^\d{4}-\d{2}$/.test(period) ? 'monthly' : 'all';
}

/** The name of the period with this date, and the date on which the next one begins. */
function datesOf(window: Exclude<BoardWindow, 'all'>, date: Date): { name: string; end: number } {
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const day = Date.UTC(year, month, date.getUTCDate());
  if (window === 'daily') return { name: isoDate(day), end: day + DAY_MS };
  if (window === 'monthly') return { name: isoDate(day).slice(0, 7), end: Date.UTC(year, month + 1) };
  const monday = day - ((date.getUTCDay() + 6) % 7) * DAY_MS;
  return { name: isoWeek(monday), end: monday + 7 * DAY_MS };
}

/** When the database's clock is set back by less, boards keep their time until it catches up, so that no period begins twice. */
const LONGEST_STEP_BACK_MS = 5_000;

/** The time that counts for a board which last accepted scores at `acceptedAt` (milliseconds). */
export function boardTime(acceptedAt: number, now: Date): Date {
  const ahead = acceptedAt - now.getTime();
  return ahead > 0 && ahead <= LONGEST_STEP_BACK_MS ? new Date(acceptedAt) : now;
}

/** What decides which periods a board has. */
export interface Schedule extends Calendar {
  windows: readonly BoardWindow[];
  /** When it last accepted scores, in milliseconds. */
  acceptedAt: number;
}

/** The current periods of a board. */
export function periodsOf(board: Schedule, at: Date): Period[] {
  const now = boardTime(board.acceptedAt, at);
  return board.windows.map((window) => periodAt(window, now, board));
}

/** The periods of the board's newest scores that have ended since. */
export function endedSince(board: Schedule & { periods: readonly string[] }, now: number): Period[] {
  if (!Number.isFinite(board.acceptedAt)) return [];
  const newest = periodsOf(board, new Date(board.acceptedAt));
  return newest.filter(
    ({ name, endsAt }) => board.periods.includes(name) && endsAt !== null && endsAt * 1000 <= now,
  );
}

export function areSamePeriods(some: readonly Period[], others: readonly Period[]): boolean {
  return some.map(({ name }) => name).join() === others.map(({ name }) => name).join();
}

/** Periods that were current a day ago and have ended since. Their sets may not have expired yet. */
export function recentlyEnded(board: Schedule, at: Date): Period[] {
  const current = new Set(periodsOf(board, at).map(({ name }) => name));
  const dayBefore = new Date(at.getTime() - DAY_MS);
  const before = board.windows.map((window) => periodAt(window, dayBefore, board));
  return before.filter(({ name }) => !current.has(name));
}

/** ISO 8601: a week belongs to the year of its Thursday. */
function isoWeek(monday: number): string {
  const thursday = new Date(monday + 3 * DAY_MS);
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0)) / (7 * DAY_MS));
  return `${year}-W${String(week).padStart(2, '0')}`;
}

function isoDate(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
