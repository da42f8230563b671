import { z } from 'zod';

/** A score of the steady load of the console. Later ones are higher, so that the newest are at the top. */
export const scoreSchema = z.strictObject({
  playerId: z.string().regex(/^[\w-]{1,64}$/, 'must be 1-64 of a-z, A-Z, 0-9, "_" and "-"'),
  score: z.int('must be a whole number').min(0, 'must be at least 0').max(9_000_000_000, 'is too high'),
});

export type Score = z.output<typeof scoreSchema>;
