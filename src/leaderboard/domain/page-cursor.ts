import { z } from 'zod';
import { BOARD_WINDOWS, type BoardWindow } from './board.js';
import { periodName, seasonName } from './names.js';
import { windowOf } from './periods.js';

/** Where the next page of a board begins, and at which version. */
export interface PageCursor {
  /** Identifies the board. A board that was deleted and created again has another one. */
  ledgerId: string;
  window: BoardWindow;
  /** null for all time. */
  period: string | null;
  season: string | null;
  version: number;
  offset: number;
}

/** Clients can write cursors of their own, so each field is checked as a parameter is. */
const fields = z
  .tuple([
    z.string(),
    z.enum(BOARD_WINDOWS),
    periodName.nullable(),
    seasonName.nullable(),
    z.int(),
    z.int().min(0).max(1_000_000_000),
  ])
  .refine(
    ([, window, period, season]) =>
      (period === null ? 'all' : windowOf(period)) === window && (season === null || window === 'all'),
  );

export function encodeCursor({ ledgerId, window, period, season, version, offset }: PageCursor): string {
  return Buffer.from(JSON.stringify([ledgerId, window, period, season, version, offset])).toString(
    'base64url',
  );
}

/** Returns null for a text that `encodeCursor` did not write. */
export function decodeCursor(text: string): PageCursor | null {
  try {
    const parsed = fields.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    if (!parsed.success) return null;
    const [ledgerId, window, period, season, version, offset] = parsed.data;
    return { ledgerId, window, period, season, version, offset };
  } catch {
    return null;
  }
}
