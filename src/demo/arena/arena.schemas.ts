import { z } from 'zod';
import { HIGHEST_RATE } from './arena.rate.js';
import { ARENA_PLAYERS } from './arena.players.js';

const RATE_RULE = `must be a whole number from 0 to ${HIGHEST_RATE}`;
const PLAYER_IDS: ReadonlySet<string> = new Set(ARENA_PLAYERS.map(({ playerId }) => playerId));

export const rateSchema = z.strictObject({
  scoresPerSecond: z.int(RATE_RULE).min(0, RATE_RULE).max(HIGHEST_RATE, RATE_RULE).meta({ example: 50 }),
});

export const leadSchema = z.strictObject({
  playerId: z
    .string()
    .refine((playerId) => PLAYER_IDS.has(playerId), 'must be a player of the arena, such as "amber"')
    .meta({ example: 'amber' }),
});
