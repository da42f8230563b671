import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { RedisEngine } from '../engine/index.js';

/** Options of `LeaderboardModule.forRoot`. */
export interface LeaderboardOptions {
  /** Redis or Valkey with `noeviction`, for example `engines.redisFor('leaderboard')`. */
  engine: RedisEngine;
  /** Prefix of every key, for example `caching`. */
  keyPrefix: string;
  /** Bearer tokens of game servers, several during a rotation. */
  gameServerKeys: readonly string[];
}

export const { ConfigurableModuleClass: LeaderboardModuleBase, MODULE_OPTIONS_TOKEN: LEADERBOARD_OPTIONS } =
  new ConfigurableModuleBuilder<LeaderboardOptions>()
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();
