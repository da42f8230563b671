import { z } from 'zod';
import { MOST_PLAYERS } from './crowd.players.js';

const FEWEST = 1_000;
const LOAD_RULE = `must be a whole number from ${FEWEST} to ${MOST_PLAYERS}`;
const NUMBER_RULE = `must be a whole number from 1 to ${MOST_PLAYERS}`;

export const loadSchema = z.strictObject({
  players: z.int(LOAD_RULE).min(FEWEST, LOAD_RULE).max(MOST_PLAYERS, LOAD_RULE).meta({ example: FEWEST }),
});

export const numberSchema = z.object({
  number: z
    .string()
    .regex(/^[1-9]\d{0,6}$/, NUMBER_RULE)
    .meta({ example: '1' })
    .transform(Number)
    .refine((number) => number <= MOST_PLAYERS, NUMBER_RULE),
});

export const bySchema = z.object({
  by: z.enum(['sql', 'sorted-set'], 'must be "sql" or "sorted-set"').meta({ example: 'sorted-set' }),
});
