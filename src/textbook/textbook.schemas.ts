import { z } from 'zod';
import { airport } from '../demo/flights/flights.schemas.js';

const board = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/, 'must be 1-64 of a-z, 0-9 and "-"')
  .meta({ example: 'arena' });
const playerId = z
  .string()
  .min(1, 'must not be empty')
  .max(64, 'must be at most 64 characters')
  .meta({ example: 'amber' });
const number = (lowest: number, highest: number) => z.coerce.number().int().min(lowest).max(highest);

export const boardSchema = z.object({ board });
export const playerSchema = z.object({ board, playerId });
export const pageSchema = z.object({
  offset: number(0, 1_000_000_000).default(0),
  limit: number(1, 1000).default(10),
});
/** A body may also have a `submissionId`, which the leaderboard module needs. It is ignored. */
export const scoreSchema = z.object({
  playerId,
  score: z.int('must be a whole number').meta({ example: 420 }),
});

export type Board = z.output<typeof boardSchema>;
export type Player = z.output<typeof playerSchema>;
export type Page = z.output<typeof pageSchema>;
export type Score = z.output<typeof scoreSchema>;

export const signInSchema = z.object({
  username: z
    .string()
    .regex(/^[\w-]{1,32}$/, 'must be 1-32 of a-z, A-Z, 0-9, "_" and "-"')
    .meta({ example: 'ada' }),
});
const value = z.union(
  [z.string(), z.number(), z.boolean(), z.null()],
  'must be text, a number, true, false or null',
);
/** `home` is an airport, for GET /textbook/flights/mine. */
export const dataSchema = z.object({ home: airport.optional() }).catchall(value);

const visitorData = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const place = { rank: z.int(), playerId: z.string(), score: z.number() };

/** The answers of the routes, for OpenAPI. */
export const visitorAnswer = z.object({ username: z.string(), data: visitorData });
export const visitorDataAnswer = z.object({ data: visitorData });
export const placeAnswer = z.object(place);
export const topAnswer = z.object({ board: z.string(), entries: z.array(z.object(place)) });
