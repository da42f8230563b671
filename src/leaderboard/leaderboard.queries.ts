import type { BoardWindow, Metadata } from './domain/board.js';

/** The window to read: its current period, one that has ended, or a closed season of `all`. */
export interface PeriodQuery {
  window: BoardWindow;
  /** An ended day (`2026-11-24`), ISO week (`2026-W48`) or month (`2026-11`). */
  period?: string | undefined;
  season?: string | undefined;
}

/** Whether entries have {@link EntryDetails}, which PostgreSQL answers: one more query by the primary key. */
export interface DetailsQuery {
  details?: boolean;
}

/** Which entries of a board to read. */
export interface PageQuery extends PeriodQuery, DetailsQuery {
  /** Index of the first entry, from 0. */
  offset: number;
  limit: number;
  /** `next` of the page before. It names window, period, season and offset, and the version that the page must have. */
  after?: string | undefined;
}

/** Which entries around a player to read. */
export interface NeighboursQuery extends PeriodQuery, DetailsQuery {
  /** How many players on either side. */
  radius: number;
}

/** How to remove a player from a board. */
export interface RemovalOptions {
  /** Whether later scores of the player are rejected. */
  ban?: boolean;
  /** Why the player is banned. Kept with the ban in the ledger. */
  reason?: string | undefined;
}

/** What the ledger knows about an entry. All are null while PostgreSQL is down. */
export interface EntryDetails {
  /** An ISO 3166-1 code, from the player's profile. */
  country: string | null;
  /** Since when the player has this score, an ISO date. */
  achievedAt: string | null;
  /** What came with the submission that reached the score. */
  metadata: Metadata | null;
}
