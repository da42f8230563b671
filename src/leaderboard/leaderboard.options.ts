import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { RedisEngine } from '../engine/index.js';

export interface LeaderboardOptions {
  /** Redis or Valkey with `noeviction`, for example `engines.redisFor('leaderboard')`. */
  engine: RedisEngine;
  /** Before every key, for example `caching`. */
  keyPrefix: string;
  /** Bearer tokens of game servers; several while one replaces another. */
  gameServerKeys: readonly string[];
  /** What time it is, for days, weeks and months; the system's clock unless told. */
  clock?: () => Date;
}

export const { ConfigurableModuleClass: LeaderboardModuleBase, MODULE_OPTIONS_TOKEN: LEADERBOARD_OPTIONS } =
  new ConfigurableModuleBuilder<LeaderboardOptions>()
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();

export function clockOf({ clock = () => new Date() }: LeaderboardOptions): () => Date {
  return clock;
}
