import { z } from 'zod';
import { cacheSettings } from './settings/cache.settings.js';
import { coreSettings, findCoreConflicts } from './settings/core.settings.js';
import { demoSettings } from './settings/demo.settings.js';
import { findLeaderboardConflicts, leaderboardSettings } from './settings/leaderboard.settings.js';
import { findSessionsConflicts, sessionsSettings } from './settings/sessions.settings.js';

/** All settings by their environment variable. The defaults are also in `.env.example`. */
export const environmentSchema = z.object({
  ...coreSettings,
  ...cacheSettings,
  ...sessionsSettings,
  ...leaderboardSettings,
  ...demoSettings,
});

export type Environment = z.output<typeof environmentSchema>;

/** Each engine role and the setting that overrides `ENGINE_URL` for it. */
export const ENGINE_SETTINGS = {
  sessions: 'SESSION_ENGINE_URL',
  cache: 'CACHE_ENGINE_URL',
  leaderboard: 'LEADERBOARD_ENGINE_URL',
} as const;

/** Lists of secrets. None may serve two purposes. */
export const SECRETS = [
  'SESSION_SECRETS',
  'SESSION_SEALING_KEYS',
  'GAME_SERVER_KEY',
  'OPERATOR_KEY',
] as const;

/** Find settings that are valid alone but conflict with others. */
export const CONFLICTS = [findCoreConflicts, findSessionsConflicts, findLeaderboardConflicts];
