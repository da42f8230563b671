import { requiredCommands, type RoleCommand } from '../engine/index.js';

/** The commands of `CACHE_MANAGER`: the engine reports which of them it refuses. */
export function cacheManagerCommands(prefix: string): RoleCommand[] {
  const key = `${prefix}:plain:example`;
  return requiredCommands('CACHE_MANAGER', [
    ['GET', key],
    ['SET', key, ''],
    ['UNLINK', key],
  ]);
}
