import { describe, expect, it } from 'vitest';
import { encodeCommand } from '../resp/command-frames.js';
import { signedInUser } from './signed-in-user.js';

const userOf = (...commands: string[]) =>
  signedInUser(Buffer.concat(commands.map((command) => encodeCommand(command.split(' ')))));

describe('signedInUser', () => {
  it('is the name after AUTH, also within HELLO', () => {
    expect(userOf('HELLO 3 AUTH node-1 secret SETNAME app', 'PING')).toBe('node-1');
    expect(userOf('auth node-2 secret')).toBe('node-2');
  });

  it('is empty for a connection that names no user', () => {
    expect(userOf('AUTH secret')).toBe('');
    expect(userOf('HELLO 3')).toBe('');
    expect(userOf('SET AUTH node-1 secret')).toBe('');
    expect(userOf('PING')).toBe('');
  });

  it('is empty for bytes that cannot be read, as with TLS', () => {
    expect(signedInUser(Buffer.from([0x16, 0x03, 0x01, 0x02]))).toBe('');
  });
});
