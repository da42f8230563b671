import type { WatchedWindow } from '../../../../src/leaderboard/live/leaderboard.wire.js';

/** When the current period of a window ends, in Unix milliseconds; null for all time. Days, ISO weeks and months are in UTC. */
export function endOf(window: WatchedWindow, now: number): number | null {
  const at = new Date(now);
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  switch (window) {
    case 'daily':
      return Date.UTC(year, month, day + 1);
    case 'weekly':
      return Date.UTC(year, month, day + 7 - ((at.getUTCDay() + 6) % 7));
    case 'monthly':
      return Date.UTC(year, month + 1);
    default:
      return null;
  }
}
