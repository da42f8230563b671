import { describe, expect, it } from 'vitest';
import { ClosingCommands } from './closing-commands.js';

const CLOSED = new Error('Socket closed unexpectedly');

describe('ClosingCommands', () => {
  it('refuses the last command of two handshakes in which the server closed the connection', () => {
    const commands = new ClosingCommands();
    for (const last of ['INFO', 'ROLE']) {
      commands.begin(last);
      commands.handshakeFailed(CLOSED);
    }
    expect(commands.has('INFO')).toBe(false);
    expect(commands.has('ROLE')).toBe(true);
  });

  it('sends all commands at once again after a handshake that timed out', () => {
    const commands = new ClosingCommands();
    commands.begin('INFO');
    commands.handshakeFailed(CLOSED);
    expect(commands.isSuspected).toBe(true);
    commands.begin('INFO');
    commands.handshakeFailed(new Error('SILENT no answer within 400 ms'));
    expect(commands.isSuspected).toBe(false);
    expect(commands.has('INFO')).toBe(false);
  });
});
