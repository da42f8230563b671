import { ErrorReply } from 'redis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Capabilities, RETRY_REFUSED_MS } from './capabilities.js';
import { ClosingCommands } from './closing-commands.js';
import { type CommandUse, ENGINE_COMMANDS, requiredCommands, type RoleCommand } from './command-use.js';
import { commandsToRetry } from './try-commands.js';

const TEN_MINUTES = 600_000;
const [EVAL, GET] = requiredCommands('The example', [
  ['EVAL', 'return 1', '0'],
  ['GET', 'key'],
]) as [RoleCommand, RoleCommand];
const COMMANDS = [EVAL, GET];

describe('Capabilities', () => {
  let closing: ClosingCommands;
  let capabilities: Capabilities;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    closing = new ClosingCommands();
    capabilities = new Capabilities(closing, () => undefined);
  });
  afterEach(() => vi.useRealTimers());

  const reply = (use: CommandUse, message: string) =>
    capabilities.attempt(use, () => Promise.reject(new ErrorReply(message))).catch(() => 'rethrown');
  const missing = () => capabilities.missing.map(({ command }) => command);
  const retried = () => commandsToRetry(capabilities, COMMANDS);

  it('tries the refused commands of the roles again, and no others of the same name', async () => {
    await reply(ENGINE_COMMANDS.writeProbe, 'ERR Error compiling script');
    await reply(GET, 'NOPERM');
    expect(retried()).toEqual([]);
    vi.advanceTimersByTime(RETRY_REFUSED_MS);
    expect(retried()).toEqual([GET]);
  });

  it('tries all of them again if no transaction was possible', async () => {
    await reply(ENGINE_COMMANDS.trial, 'NOPERM');
    vi.advanceTimersByTime(RETRY_REFUSED_MS);
    expect(retried()).toEqual(COMMANDS);
  });

  it('allows a command again whose reply is about something else', async () => {
    await reply(GET, 'NOPERM');
    vi.advanceTimersByTime(RETRY_REFUSED_MS);
    expect(await reply(GET, 'MOVED 1 127.0.0.1:1')).toBe('rethrown');
    expect(missing()).toEqual([]);
  });

  it('tries a command that closed the connection again after ten minutes', async () => {
    closing.add('EVAL');
    const send = vi.fn<() => Promise<string>>().mockRejectedValue(new Error('Socket closed unexpectedly'));
    await capabilities.attempt(EVAL, send);
    expect([missing(), retried()]).toEqual([['EVAL'], []]);

    vi.advanceTimersByTime(TEN_MINUTES);
    expect(retried()).toEqual([EVAL]);
    await expect(capabilities.attempt(EVAL, send)).rejects.toThrow('Socket closed');
    expect([missing(), retried()]).toEqual([['EVAL'], []]);

    vi.advanceTimersByTime(TEN_MINUTES);
    await capabilities.attempt(EVAL, send.mockResolvedValue('QUEUED'));
    expect([missing(), closing.has('EVAL')]).toEqual([[], false]);
  });

  it('does not send one of the engine again over the same connection', async () => {
    closing.add('ROLE');
    const send = vi.fn<() => Promise<string>>();
    await capabilities.attempt(ENGINE_COMMANDS.role, send);
    vi.advanceTimersByTime(TEN_MINUTES);
    await capabilities.attempt(ENGINE_COMMANDS.role, send);
    expect(send).not.toHaveBeenCalled();
  });
});
