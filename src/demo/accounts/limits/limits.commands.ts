import { requiredCommands, type RoleCommand } from '../../../engine/index.js';

/** The commands that the limits of sign-ins and sign-ups use, also those of their scripts. */
export function limitCommands(prefix: string): RoleCommand[] {
  const key = `${prefix}:guesses:example`;
  return requiredCommands('Signing in', [
    ['EVALSHA', '0'.repeat(40), '1', key],
    ['EVAL', 'return 1', '1', key],
    ['GET', key],
    ['SET', key, '', 'EX', '1'],
    ['DEL', key],
    ['INCR', key],
    ['INCRBY', key, '1'],
    ['DECR', key],
    ['EXPIRE', key, '1'],
    ['PTTL', key],
    ['TYPE', key],
    ['UNLINK', key],
  ]);
}
