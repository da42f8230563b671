import type { BoardWindow } from './board.js';

/** A day, ISO week or month in UTC, or all time. */
export interface Period {
  window: BoardWindow;
  /** `all`, `2026-11-24`, `2026-W48` or `2026-11`. */
  name: string;
  /** When it ends, in Unix seconds; null for all time. */
  endsAt: number | null;
}

const DAY_MS = 86_400_000;

/** The current period of a window, in UTC. */
export function periodAt(window: BoardWindow, at: Date): Period {
  if (window === 'all') return { window, name: 'all', endsAt: null };
  const month = at.getUTCMonth();
  const day = Date.UTC(at.getUTCFullYear(), month, at.getUTCDate());
  if (window === 'daily') return { window, name: isoDate(day), endsAt: seconds(day + DAY_MS) };
  if (window === 'monthly') {
    return {
      window,
      name: isoDate(day).slice(0, 7),
      endsAt: seconds(Date.UTC(at.getUTCFullYear(), month + 1)),
    };
  }
  const monday = day - ((at.getUTCDay() + 6) % 7) * DAY_MS;
  return { window, name: isoWeek(monday), endsAt: seconds(monday + 7 * DAY_MS) };
}

/** When the database's clock is set back by less, boards keep their time until it catches up, so that no period begins twice. */
const LONGEST_STEP_BACK_MS = 5_000;

/** The time that counts for a board which last accepted scores at `acceptedAt` (milliseconds). */
export function boardTime(acceptedAt: number, now: Date): Date {
  const ahead = acceptedAt - now.getTime();
  return ahead > 0 && ahead <= LONGEST_STEP_BACK_MS ? new Date(acceptedAt) : now;
}

/** The current periods of a board. */
export function periodsOf(
  { windows, acceptedAt }: { windows: readonly BoardWindow[]; acceptedAt: number },
  at: Date,
): Period[] {
  const now = boardTime(acceptedAt, at);
  return windows.map((window) => periodAt(window, now));
}

export function areSamePeriods(some: readonly Period[], others: readonly Period[]): boolean {
  return some.map(({ name }) => name).join() === others.map(({ name }) => name).join();
}

/** Periods that were current a day ago and have ended since. Their sets may not have expired yet. */
export function recentlyEnded(
  board: { windows: readonly BoardWindow[]; acceptedAt: number },
  at: Date,
): Period[] {
  const current = new Set(periodsOf(board, at).map(({ name }) => name));
  const dayBefore = new Date(at.getTime() - DAY_MS);
  return board.windows.map((window) => periodAt(window, dayBefore)).filter(({ name }) => !current.has(name));
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

function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
