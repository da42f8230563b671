import { describe, expect, it } from 'vitest';
import { commandIn } from './engine-commands.js';

describe('commandIn', () => {
  it('finds the command that a client sent', () => {
    expect(commandIn('1700000000.123456 [0 127.0.0.1:60866] "get" "app:session:1"', ':session:')).toBe('GET');
  });

  it('ignores commands inside scripts, commands about other keys, and other lines', () => {
    expect(commandIn('1700000000.123456 [0 lua] "HMGET" "app:session:1" "payload"', ':session:')).toBeNull();
    expect(commandIn('1700000000.123456 [0 127.0.0.1:60866] "PING"', ':session:')).toBeNull();
    expect(commandIn('OK', ':session:')).toBeNull();
  });
});
