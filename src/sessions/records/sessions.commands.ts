import { optionalCommand, requiredCommands, type RoleCommand } from '../../engine/index.js';
import { notificationChannel, sessionKey } from './sessions.keys.js';

const PUB_SUB_COST =
  'Websockets of a session that another node ends are closed only when they are checked, every few seconds.';

const TIME_COST =
  'Nothing, except where scripts may not use TIME, as on ElastiCache Serverless: sessions cannot work there without it.';

/** The commands that sessions use, also those of their scripts: the engine reports which of them it refuses. */
export function sessionCommands(prefix: string): RoleCommand[] {
  const key = sessionKey(prefix, 'example');
  const channel = notificationChannel(prefix);
  return [
    ...requiredCommands('Sessions', [
      ['EVALSHA', '0'.repeat(40), '1', key],
      ['EVAL', 'return 1', '1', key],
      ['TIME'],
      ['TYPE', key],
      ['GET', key],
      ['SET', key, '', 'EX', '1'],
      ['DEL', key],
      ['UNLINK', key],
      ['EXPIRE', key, '1'],
      ['PEXPIRE', key, '1'],
      ['HGET', key, 'field'],
      ['HMGET', key, 'field'],
      ['HSET', key, 'field', ''],
      ['HEXISTS', key, 'field'],
      ['HINCRBY', key, 'field', '1'],
      ['INCR', key],
      ['ZADD', key, '1', 'member'],
      ['ZREM', key, 'member'],
      ['ZSCORE', key, 'member'],
      ['ZSCAN', key, '0'],
    ]),
    ...['PTTL', 'PEXPIRETIME', 'PERSIST'].map((command) => optionalCommand(TIME_COST, command, key)),
    optionalCommand(
      'A failover can undo a sign-out or lose a sign-in, because no replica is waited for.',
      'WAIT',
      '0',
      '1',
    ),
    optionalCommand(PUB_SUB_COST, 'SSUBSCRIBE', channel),
    optionalCommand(PUB_SUB_COST, 'SPUBLISH', channel, ''),
  ];
}
