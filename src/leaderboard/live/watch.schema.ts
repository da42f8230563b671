import { z } from 'zod';
import { window } from '../api/leaderboard.schemas.js';
import { boardName, identifier } from '../domain/names.js';

/** The message of `watch` and `resync`. */
export const watchSchema = z.object({
  board: boardName,
  window,
  top: z.int().min(1, 'must be from 1 to 100').max(100, 'must be from 1 to 100'),
  playerId: identifier.optional(),
});

export type Watch = z.output<typeof watchSchema>;
