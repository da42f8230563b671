import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { RedisEngine } from '../engine/index.js';

export interface LeaderboardOptions {
  /** Redis or Valkey with `noeviction`, for example `engines.redisFor('leaderboard')`. */
  engine: RedisEngine;
  /** Before every key, for example `caching`. */
  keyPrefix: string;
  /** Bearer tokens of game servers; several while one replaces another. */
  gameServerKeys: readonly string[];
}

export const { ConfigurableModuleClass: LeaderboardModuleBase, MODULE_OPTIONS_TOKEN: LEADERBOARD_OPTIONS } =
  new ConfigurableModuleBuilder<LeaderboardOptions>()
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();
