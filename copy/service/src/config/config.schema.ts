import { z } from 'zod';
// #region plain-cache query-cache
import { cacheSettings } from './settings/cache.settings.js';
// #endregion
import { coreSettings, findCoreConflicts } from './settings/core.settings.js';
// #region leaderboard
import { findLeaderboardConflicts, leaderboardSettings } from './settings/leaderboard.settings.js';
// #endregion
import { serviceSettings } from './settings/service.settings.js';
// #region sessions
import { findSessionsConflicts, sessionsSettings } from './settings/sessions.settings.js';
// #endregion

/** All settings by their environment variable. The defaults are also in `.env.example`. */
export const environmentSchema = z.object({
  ...coreSettings,
  ...serviceSettings,
  // #region plain-cache query-cache
  ...cacheSettings,
  // #endregion
  // #region sessions
  ...sessionsSettings,
  // #endregion
  // #region leaderboard
  ...leaderboardSettings,
  // #endregion
});

export type Environment = z.output<typeof environmentSchema>;

/** Each engine role and the setting that overrides `ENGINE_URL` for it. */
export const ENGINE_SETTINGS = {
  // #region plain-cache query-cache
  cache: 'CACHE_ENGINE_URL',
  // #endregion
  // #region sessions
  sessions: 'SESSION_ENGINE_URL',
  // #endregion
  // #region leaderboard
  leaderboard: 'LEADERBOARD_ENGINE_URL',
  // #endregion
} as const;

/** Lists of secrets. */
export const SECRETS = [
  // None may serve two purposes.
  // #region sessions
  'SESSION_SECRETS',
  'SESSION_SEALING_KEYS',
  // #endregion
  // #region leaderboard
  'GAME_SERVER_KEY',
  // #endregion
  'OPERATOR_KEY',
] as const;

/** Find settings that are valid alone but conflict with others. */
export const CONFLICTS = [
  // In the order of the settings.
  findCoreConflicts,
  // #region sessions
  findSessionsConflicts,
  // #endregion
  // #region leaderboard
  findLeaderboardConflicts,
  // #endregion
];
