import { optionalCommand, requiredCommands, type RoleCommand } from '../../engine/index.js';
import { leaderboardKeys } from './leaderboard.keys.js';

const CHANGES_COST = 'Viewers see the changes of other nodes up to a second later.';

/** The commands that the leaderboard uses, also those of its scripts: the engine reports which of them it refuses. */
export function leaderboardCommands(prefix: string): RoleCommand[] {
  const { state: key, changed: channel } = leaderboardKeys(prefix).board('example');
  return [
    ...requiredCommands('The leaderboard', [
      ['EVALSHA', '0'.repeat(40), '1', key],
      ['EVAL', 'return 1', '1', key],
      ['TYPE', key],
      ['EXISTS', key],
      ['UNLINK', key],
      ['RENAME', key, key],
      ['EXPIRE', key, '1'],
      ['EXPIREAT', key, '1'],
      ['PERSIST', key],
      ['HGET', key, 'field'],
      ['HMGET', key, 'field'],
      ['HKEYS', key],
      ['HLEN', key],
      ['HSET', key, 'field', ''],
      ['HSETNX', key, 'field', ''],
      ['HDEL', key, 'field'],
      ['HINCRBY', key, 'field', '1'],
      ['ZADD', key, '1', 'member'],
      ['ZREM', key, 'member'],
      ['ZCARD', key],
      ['ZCOUNT', key, '0', '1'],
      ['ZREVRANGE', key, '0', '0'],
      ['ZREVRANK', key, 'member'],
      ['ZSCORE', key, 'member'],
    ]),
    optionalCommand('The memory of a board is unknown.', 'MEMORY', 'USAGE', key),
    optionalCommand(CHANGES_COST, 'SSUBSCRIBE', channel),
    optionalCommand(CHANGES_COST, 'SPUBLISH', channel, ''),
  ];
}
