import { cacheManagerCommands } from '../../src/cache-manager/cache-manager.commands.js';
import { limitCommands } from '../../src/demo/accounts/limits/limits.commands.js';
import type { RoleCommand } from '../../src/engine/index.js';
import { leaderboardCommands } from '../../src/leaderboard/sorted-sets/leaderboard.commands.js';
import { queryCacheCommands } from '../../src/query-cache/tiers/query-cache.commands.js';
import { sessionCommands } from '../../src/sessions/records/sessions.commands.js';

/** Of the engine itself: its health checks, and the trial of the roles' commands. */
export const ENGINE_RULES = ['config|get', 'discard', 'eval', 'info', 'multi', 'role'];
const PREFIX = 'caching';

/** The commands of the users of three engines, as in docker/acl. The demo counts sign-ins on the engine of the sessions. */
export const ROLE_COMMANDS: Readonly<Record<'sessions' | 'cache' | 'leaderboard', string[]>> = {
  sessions: rulesOf([...sessionCommands(PREFIX), ...limitCommands(PREFIX)]),
  cache: rulesOf([...queryCacheCommands(PREFIX), ...cacheManagerCommands(PREFIX)]),
  leaderboard: rulesOf(leaderboardCommands(PREFIX), ['sunsubscribe']),
};

/** The access string: the rules of `ACL SETUSER`, and of a user of ElastiCache. */
export function accessString(role: keyof typeof ROLE_COMMANDS): string {
  return accessRules(ROLE_COMMANDS[role]).join(' ');
}

/** The rules of `ACL SETUSER` for a user that has only these commands. */
export function accessRules(commands: readonly string[]): string[] {
  return [`~${PREFIX}:*`, `&${PREFIX}:*`, '-@all', ...commands.map((command) => `+${command}`)];
}

function rulesOf(commands: readonly RoleCommand[], others: readonly string[] = []): string[] {
  const own = commands.map(({ command }) => command.toLowerCase().replace(' ', '|'));
  return [...new Set([...own, ...others, ...ENGINE_RULES])].toSorted();
}
