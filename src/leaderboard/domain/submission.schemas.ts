import { z } from 'zod';
import { InvalidInputError } from '../../common/index.js';
import type { Adjustment } from '../leaderboard.responses.js';
import type { Submission } from './board.js';
import { identifier, plainText, playerId } from './names.js';

export const wholeNumber = z
  .int('must be a whole number of at most 2^53 - 1')
  .refine((value) => !Object.is(value, -0), 'must not be -0');

export const submissionSchema = z.strictObject({
  submissionId: identifier.meta({ example: 'match-1:amber' }),
  playerId,
  score: wholeNumber.meta({ example: 420 }),
  metadata: z
    .record(z.string(), z.unknown())
    .refine((metadata) => isSmallJson(metadata), 'must be at most 256 bytes of JSON')
    .optional()
    .meta({ example: { character: 'mage', replay: 'r-91' } }),
}) satisfies z.ZodType<Submission>;

/** False also for what JSON does not have: BigInt, and objects that contain themselves. */
function isSmallJson(value: unknown): boolean {
  try {
    return Buffer.byteLength(JSON.stringify(value)) <= 256;
  } catch {
    return false;
  }
}

export const reason = plainText.max(500, 'must be at most 500 characters');

export const adjustmentSchema = z.strictObject({
  adjustmentId: identifier.meta({ example: 'ticket-17' }),
  by: wholeNumber.refine((by) => by !== 0, 'must not be 0').meta({ example: -150 }),
  reason: reason.meta({ example: 'Points of a match with a bug' }),
}) satisfies z.ZodType<Adjustment>;

/** What callers of the service may pass in. Objects with further fields are fine there: these are left out. */
export const submissionArguments = z.array(submissionSchema.strip());
export const adjustmentArgument = adjustmentSchema.extend({ playerId }).strip();
export const removalArgument = z.object({ playerId, ban: z.boolean().optional(), reason: reason.optional() });

/**
 * Checks what did not come over HTTP. PostgreSQL would reject it, with all that others send in the same batch, or keep it.
 *
 * @throws {InvalidInputError} with the invalid fields
 */
export function checked<Schema extends z.ZodType>(schema: Schema, value: z.input<Schema>): z.output<Schema> {
  const { success, error, data } = schema.safeParse(value);
  if (success) return data;
  throw new InvalidInputError(
    error.issues.map(({ path, message }) => ({ field: path.map(String).join('.'), message })),
  );
}
