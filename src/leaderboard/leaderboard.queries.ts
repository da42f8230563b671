import type { BoardWindow } from './domain/board.js';

/** The window to read: its current period, one that has ended, or a closed season of `all`. */
export interface PeriodQuery {
  window: BoardWindow;
  /** An ended day (`2026-11-24`), ISO week (`2026-W48`) or month (`2026-11`). */
  period?: string | undefined;
  season?: string | undefined;
}

/** Which entries of a board to read. */
export interface PageQuery extends PeriodQuery {
  /** Index of the first entry, from 0. */
  offset: number;
  limit: number;
}

/** Which entries around a player to read. */
export interface NeighboursQuery extends PeriodQuery {
  /** How many players on either side. */
  radius: number;
}
