import { z } from 'zod';
import { configurableModule, keyPrefixOption, keysOption, wholeOption } from '../common/index.js';
import { Engines, type RedisEngine, redisEngineOption } from '../engine/index.js';

/** Options of `LeaderboardModule.forRoot`. */
export interface LeaderboardOptions {
  /** Redis or Valkey with `noeviction`, for example `engines.redisFor('leaderboard')`. */
  engine: RedisEngine;
  /** Prefix of every key, for example `caching`. */
  keyPrefix: string;
  /** Bearer tokens of game servers, several during a rotation. */
  gameServerKeys: readonly string[];
  /** How long submissions are kept, 30 days unless given. A submission that is repeated later counts again. */
  submissionRetentionDays?: number;
  /** How long ended days, weeks and months can be read: 60 days, 26 weeks and 24 months unless given. */
  kept?: { days?: number; weeks?: number; months?: number };
}

const optionsSchema = z.object({
  // Memcached has no sorted sets.
  engine: redisEngineOption('leaderboard'),
  keyPrefix: keyPrefixOption,
  gameServerKeys: keysOption(),
  submissionRetentionDays: wholeOption(1, 3660).optional(),
  kept: z
    .object({ days: wholeOption(1, 3660), weeks: wholeOption(1, 520), months: wholeOption(1, 120) })
    .partial()
    .optional(),
});

export const { ConfigurableModuleClass: LeaderboardModuleBase, MODULE_OPTIONS_TOKEN: LEADERBOARD_OPTIONS } =
  configurableModule<LeaderboardOptions>({
    name: 'LeaderboardModule',
    schema: optionsSchema,
    needs: { EngineModule: Engines },
  });
