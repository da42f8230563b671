import { z } from 'zod';
import { configurableModule, keyPrefixOption, keysOption } from '../common/index.js';
import { Engines, type RedisEngine, redisEngineOption } from '../engine/index.js';

/** Options of `LeaderboardModule.forRoot`. */
export interface LeaderboardOptions {
  /** Redis or Valkey with `noeviction`, for example `engines.redisFor('leaderboard')`. */
  engine: RedisEngine;
  /** Prefix of every key, for example `caching`. */
  keyPrefix: string;
  /** Bearer tokens of game servers, several during a rotation. */
  gameServerKeys: readonly string[];
}

const optionsSchema = z.object({
  // Memcached has no sorted sets.
  engine: redisEngineOption('leaderboard'),
  keyPrefix: keyPrefixOption,
  gameServerKeys: keysOption(),
});

export const { ConfigurableModuleClass: LeaderboardModuleBase, MODULE_OPTIONS_TOKEN: LEADERBOARD_OPTIONS } =
  configurableModule<LeaderboardOptions>({
    name: 'LeaderboardModule',
    schema: optionsSchema,
    needs: { EngineModule: Engines },
  });
