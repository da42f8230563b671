import { optionalCommand, requiredCommands, type RoleCommand } from '../../engine/index.js';
import { KeySpace } from '../query/query-cache.keys.js';

const PUB_SUB_COST =
  'Invalidations are not pushed, so answers stay in memory for at most a second. A node that waits for the load of another node polls.';

/** The commands that the query cache uses, also those of its scripts: the engine reports which of them it refuses. */
export function queryCacheCommands(prefix: string): RoleCommand[] {
  const key = `${prefix}:query:example`;
  const channel = new KeySpace(prefix, false).leaseChannel;
  return [
    ...requiredCommands('The query cache', [
      ['EVALSHA', '0'.repeat(40), '1', key],
      ['EVAL', 'return 1', '1', key],
      ['MGET', key],
      ['SET', key, '', 'EX', '1'],
      ['EXPIRE', key, '1'],
      ['TYPE', key],
      ['UNLINK', key],
    ]),
    optionalCommand(PUB_SUB_COST, 'SSUBSCRIBE', channel),
    optionalCommand(PUB_SUB_COST, 'SPUBLISH', channel, ''),
  ];
}
