import { ErrorReply } from 'redis';
import { describe, expect, it } from 'vitest';
import { isClosedByServer, refusalOf, remedyOf } from './refusal.js';

describe('refusalOf', () => {
  it.each([
    ["NOPERM User app has no permissions to run the 'role' command", 'permission'],
    ["NOPERM this user has no permissions to run the 'role' command or its subcommand", 'permission'],
    ['NOPERM No permissions to access a channel', 'channel'],
    ['NOPERM No permissions to access a key', 'key'],
    ['NOPERM this user has no permissions to access one of the keys used as arguments', 'key'],
    ["NOPERM User app has no permissions to access the 'channel' key", 'key'],
    ["ERR unknown command 'ROLE', with args beginning with: ", 'unknown'],
    ["ERR unknown subcommand 'tracking'. Try CLIENT HELP.", 'unknown'],
    ["ERR Unknown subcommand or wrong number of arguments for 'SHARDS'", 'unknown'],
    ['ERR command is not supported by this proxy', 'other'],
    ['This command is not available', 'other'],
    ['ERR This Redis command is not allowed from script', 'other'],
  ])('recognises %s', (message, form) => {
    expect(refusalOf(new ErrorReply(message))).toBe(form);
  });

  it.each([
    'MOVED 1 127.0.0.1:1',
    'LOADING Redis is loading the dataset in memory',
    'OOM command not allowed when used memory > maxmemory.',
    'NOSCRIPT No matching script.',
    'BUSY Redis is busy running a script.',
  ])('does not take %s for a refusal of the command', (message) => {
    expect(refusalOf(new ErrorReply(message))).toBeNull();
  });

  it('does not take a lost connection for a refusal', () => {
    expect(refusalOf(new Error('Socket closed unexpectedly'))).toBeNull();
    expect(isClosedByServer(new Error('Socket closed unexpectedly'))).toBe(true);
    expect(isClosedByServer(new Error('SILENT no answer within 300 ms'))).toBe(false);
  });
});

describe('remedyOf', () => {
  it('names the rule that the ACL needs', () => {
    expect(remedyOf('CONFIG GET', 'permission')).toBe('Add +config|get to the ACL of the user.');
    expect(remedyOf('GET', 'key')).toContain('~caching:*');
    expect(remedyOf('SSUBSCRIBE', 'channel')).toContain('&caching:*');
  });
});
