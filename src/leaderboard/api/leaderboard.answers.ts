import { z } from 'zod';
import { BOARD_WINDOWS } from '../domain/board.js';
import type {
  AdjustmentAnswer,
  BoardPage,
  BoardPlaces,
  FriendEntry,
  PlayerRank,
} from '../leaderboard.responses.js';
import type { PastPeriod } from '../past/past-periods.js';
import type { Season } from '../past/seasons.js';
import type { SubmissionAnswer } from '../submissions/score-submissions.js';

const rank = z.int().nullable().meta({ description: 'null while the engine is down' });
const degraded = z
  .literal(true)
  .optional()
  .meta({ description: 'Present while the engine is down and PostgreSQL answers' });
const entry = z.object({
  rank: z.int(),
  playerId: z.string(),
  name: z.string().nullable(),
  score: z.int(),
  country: z.string().nullable().optional(),
  achievedAt: z.iso.datetime().nullable().optional(),
  metadata: z.record(z.string(), z.unknown()).nullable().optional(),
}) satisfies z.ZodType<BoardPage['entries'][number]>;
const when = {
  period: z.string().meta({ description: 'all, a day, an ISO week or a month', example: '2026-W48' }),
  endsAt: z.iso.datetime().nullable().meta({ description: 'null for all time' }),
  final: z.literal(true).optional().meta({ description: 'Present once the period has ended' }),
  season: z.string().optional().meta({ description: 'Present where the answer is about a closed season' }),
};
const places = z.object({
  board: z.string(),
  window: z.enum(BOARD_WINDOWS),
  ...when,
  total: z.int(),
  version: z.int(),
  degraded,
});

export const profileAnswer = z.object({
  playerId: z.string(),
  name: z.string(),
  country: z.string().nullish(),
});
/** The answers of the routes, for OpenAPI. */
export const boardAnswer = z.object({
  board: z.string(),
  order: z.enum(['desc', 'asc']),
  operator: z.enum(['best', 'sum', 'latest']),
  ties: z.enum(['first', 'shared']),
  windows: z.array(z.enum(BOARD_WINDOWS)),
  min: z.int(),
  max: z.int(),
  timeZone: z.string(),
  resetHour: z.int(),
  players: z.int(),
});
const season = z.object({ season: z.string(), endsAt: z.iso.datetime() }) satisfies z.ZodType<Season>;
export const seasonAnswer = season.extend({ board: z.string() });
export const seasonsAnswer = z.object({ board: z.string(), seasons: z.array(season) });
export const periodsAnswer = z.object({
  board: z.string(),
  periods: z.array(
    z.object({ window: z.enum(BOARD_WINDOWS), period: z.string(), endsAt: z.iso.datetime() }),
  ) satisfies z.ZodType<PastPeriod[]>,
});
export const boardsAnswer = z.array(boardAnswer);
export const pageAnswer = places.extend({
  entries: z.array(entry),
  next: z.string().nullable().meta({ description: 'after of the next page; null on the last' }),
}) satisfies z.ZodType<BoardPage>;
export const neighboursAnswer = places.extend({
  entries: z.array(entry.extend({ rank })),
}) satisfies z.ZodType<BoardPlaces>;
export const rankAnswer = z.object({
  rank,
  score: z.int(),
  percentile: z.number().nullable(),
  total: z.int(),
  ...when,
  degraded,
}) satisfies z.ZodType<PlayerRank>;
const friend = z.object({
  rank,
  rankAmongThese: z.int(),
  playerId: z.string(),
  score: z.int(),
}) satisfies z.ZodType<FriendEntry>;
export const friendsAnswer = places.omit({ total: true, version: true }).extend({ entries: z.array(friend) });
/** The schema of {@link SubmissionAnswer}, for the OpenAPI description of a route that answers it. */
export const submissionAnswer = z.object({
  submissionId: z.string(),
  playerId: z.string(),
  score: z.int(),
  rank,
  previousRank: z.int().nullable(),
  applied: z.boolean(),
}) satisfies z.ZodType<SubmissionAnswer>;
export const adjustmentAnswer = submissionAnswer
  .omit({ submissionId: true })
  .extend({ adjustmentId: z.string() }) satisfies z.ZodType<AdjustmentAnswer>;
/** One answer, or one for each submission of an array. */
export const submissionsAnswer = z.union([submissionAnswer, z.array(submissionAnswer)]);
