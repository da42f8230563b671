import { engineUrl } from '../values/engine-url.js';
import { integer, keys } from '../values/text.js';
import type { CoreSettings } from './core.settings.js';
import type { Say, SettingsOf } from './settings.js';

/** Settings of src/leaderboard. */
export const leaderboardSettings = {
  LEADERBOARD_ENGINE_URL: engineUrl.optional(),
  GAME_SERVER_KEY: keys('the key game servers send as a bearer token'),
  SUBMISSION_RETENTION_DAYS: integer(1, 3660).default(30),
  BOARD_DAYS_KEPT: integer(1, 3660).default(60),
  BOARD_WEEKS_KEPT: integer(1, 520).default(26),
  BOARD_MONTHS_KEPT: integer(1, 120).default(24),
};

type LeaderboardSettings = CoreSettings & SettingsOf<typeof leaderboardSettings>;

export function findLeaderboardConflicts(
  { LEADERBOARD_ENGINE_URL, ENGINE_URL }: Partial<LeaderboardSettings>,
  say: Say,
): void {
  if ((LEADERBOARD_ENGINE_URL ?? ENGINE_URL)?.kind === 'memcached') {
    say('LEADERBOARD_ENGINE_URL', 'cannot be Memcached: it has no sorted sets. Name a Redis or Valkey URL.');
  }
}
