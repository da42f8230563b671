import { z } from 'zod';
import { BOARD_WINDOWS, type BoardDefinition, type Submission } from '../domain/board.js';
import { isTimeZone } from '../domain/calendar.js';
import { FEWEST_ORDERED_CHANGES, orderedChanges } from '../domain/composite-score.js';
import { boardName, identifier, periodName, plainText, playerId, seasonName } from '../domain/names.js';
import { reason, submissionSchema, wholeNumber } from '../domain/submission.schemas.js';
import { decodeCursor } from '../domain/page-cursor.js';
import { windowOf } from '../domain/periods.js';
import type { NeighboursQuery, PageQuery, PeriodQuery, RemovalOptions } from '../leaderboard.queries.js';
import type { PlayerProfile } from '../players/player-profiles.js';

const queryInteger = (lowest: number, highest: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${lowest} to ${highest}`)
    .transform(Number)
    .refine((n) => n >= lowest && n <= highest, `must be a whole number from ${lowest} to ${highest}`);

const oneOf = <const Value extends string>(values: readonly Value[]) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

export const window = oneOf(BOARD_WINDOWS).default('all');

/** The path parameter `:board`, for controllers outside of this module. */
export const boardParameterSchema = z.object({ board: boardName });
export const playerParametersSchema = z.object({ board: boardName, playerId });
export const playerParameterSchema = z.object({ playerId });

export const boardDefinitionSchema = z
  .strictObject({
    order: oneOf(['desc', 'asc']).default('desc'),
    operator: oneOf(['best', 'sum', 'latest']).default('best'),
    ties: oneOf(['first', 'shared']).default('first'),
    windows: z
      .array(oneOf(BOARD_WINDOWS))
      .refine((windows) => windows.includes('all'), 'must contain "all"')
      .transform((windows) => BOARD_WINDOWS.filter((window) => windows.includes(window)))
      .default(['all'])
      .meta({ example: [...BOARD_WINDOWS] }),
    min: wholeNumber.default(0),
    max: wholeNumber.default(1_000_000).meta({ example: 1_000_000_000 }),
    timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin').default('UTC'),
    resetHour: z
      .int('must be a whole number from 0 to 23')
      .min(0, 'must be from 0 to 23')
      .max(23, 'must be from 0 to 23')
      .default(0),
  })
  .refine(({ min, max }) => min < max, { path: ['max'], message: 'must be greater than min' })
  .refine((bounds) => orderedChanges(bounds) >= FEWEST_ORDERED_CHANGES, {
    path: ['max'],
    message: 'must be closer to min: score and order of arrival share 53 bits, at most 9,007,199,254 apart',
  }) satisfies z.ZodType<BoardDefinition>;

const submissionsListSchema = z
  .array(submissionSchema)
  .min(1, 'must not be empty')
  .max(1000, 'must be at most 1,000 submissions');

const toOpenApi = (schema: z.ZodType) => z.toJSONSchema(schema, { target: 'openapi-3.0' });

/** One submission, or up to 1,000. Not a union: its errors name both forms, and no row. */
export const submissionsSchema = z
  .unknown()
  .meta({ oneOf: [toOpenApi(submissionSchema), toOpenApi(submissionsListSchema)] })
  .transform((body, context): Submission | Submission[] => {
    const schema = Array.isArray(body) ? submissionsListSchema : submissionSchema;
    const result = schema.safeParse(body);
    if (result.success) return result.data;
    for (const issue of result.error.issues)
      context.addIssue({ ...issue, input: body } as z.core.$ZodRawIssue);
    return z.NEVER;
  });

export const seasonSchema = z.strictObject({ name: seasonName });

const periodFields = {
  window: oneOf(BOARD_WINDOWS).optional().meta({ description: 'all unless given' }),
  period: periodName.optional().meta({ description: 'A day, ISO week or month that has ended' }),
  season: seasonName.optional().meta({ description: 'A closed season of the window all' }),
};

/** The window follows from the period. */
function withWindow<Query extends Partial<PeriodQuery>>(
  query: Query,
  context: z.RefinementCtx,
): Query & PeriodQuery {
  const { period, season, window: given } = query;
  const own = period === undefined ? 'all' : windowOf(period);
  const chosen = given ?? own;
  if (period !== undefined && chosen !== own) {
    const message = `is of the window ${own}. Leave out window, or set it to ${own}`;
    context.addIssue({ code: 'custom', path: ['period'], message });
  }
  if (season !== undefined && chosen !== 'all') {
    const message = 'is of the window all. Leave out window and period';
    context.addIssue({ code: 'custom', path: ['season'], message });
  }
  return { ...query, window: chosen };
}

/** A cursor names what it continues. */
function rejectContradictions({ after, ...query }: Partial<PageQuery>, context: z.RefinementCtx): void {
  const cursor = after === undefined ? null : decodeCursor(after);
  if (!cursor) return;
  for (const field of ['offset', 'window', 'period', 'season'] as const) {
    if (query[field] === undefined || query[field] === cursor[field]) continue;
    const message = `contradicts "after", which names it. Leave out ${field}`;
    context.addIssue({ code: 'custom', path: [field], message });
  }
}

const yesOrNo = z
  .enum(['true', 'false'], 'must be true or false')
  .default('false')
  .transform((text) => text === 'true');
const details = yesOrNo.meta({ description: 'true: entries with country, achievedAt and metadata' });

// Strict: a misspelt parameter would be ignored, so that `bann=true` would remove a player and not ban.
export const periodQuerySchema = z
  .strictObject(periodFields)
  .transform(withWindow) satisfies z.ZodType<PeriodQuery>;
export const pageQuerySchema = z
  .strictObject({
    ...periodFields,
    details,
    offset: queryInteger(0, 1_000_000_000).optional().meta({ description: '0 unless given' }),
    limit: queryInteger(1, 1000).default(10),
    after: z
      .string()
      .refine((text) => decodeCursor(text) !== null, 'must be "next" of the page before')
      .optional()
      .meta({
        description:
          'next of the page before: the entries that follow at the same version. It names offset, window, period and season: leave them out, or repeat them',
      }),
  })
  .superRefine(rejectContradictions)
  .transform(withWindow)
  .transform(({ offset = 0, ...query }) => ({ ...query, offset })) satisfies z.ZodType<PageQuery>;
export const neighboursQuerySchema = z
  .strictObject({ ...periodFields, details, radius: queryInteger(0, 500).default(5) })
  .transform(withWindow) satisfies z.ZodType<NeighboursQuery>;

export const removalQuerySchema = z
  .strictObject({
    ban: yesOrNo.meta({ description: 'true: later scores of the player are rejected' }),
    reason: reason
      .optional()
      .meta({ description: 'Why the player is banned, kept with the ban in the ledger' }),
  })
  .refine((query) => query.ban || query.reason === undefined, {
    path: ['reason'],
    message: 'is kept with a ban. Add ban=true',
  }) satisfies z.ZodType<RemovalOptions>;

export const playerIdsSchema = z.strictObject({
  playerIds: z
    .array(identifier)
    .min(1, 'must not be empty')
    .max(1000, 'must be at most 1,000 players')
    .meta({ example: ['amber', 'basil'] }),
});

export const profileSchema = z.strictObject({
  name: z.string().trim().meta({ example: 'Amber' }).pipe(plainText.max(64, 'must be at most 64 characters')),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 code such as "NL"')
    .nullish()
    .meta({ example: 'NL' }),
}) satisfies z.ZodType<PlayerProfile>;
