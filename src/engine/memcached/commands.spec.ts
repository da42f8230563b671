import { describe, expect, it } from 'vitest';
import { keyCommand, storageCommand, touchCommand } from './commands.js';

const UNUSABLE_KEYS: [what: string, key: string, message: RegExp][] = [
  ['an empty key', '', /not 0\. Use a digest/],
  ['251 bytes', 'x'.repeat(251), /not 251\. Use a digest/],
  ['126 letters of two bytes', 'ä'.repeat(126), /not 252/],
  ['a space', 'hunter2 x', /no spaces/],
  ['a line break', 'hunter2\r\nflush_all', /no spaces, control characters/],
  ['a delete character', 'hunter2\u007f', /control characters/],
  ['a lone surrogate', 'hunter2\ud800', /lone surrogates/],
];

describe('the commands of the text protocol', () => {
  it('carry the key, and the value as it is', () => {
    expect(keyCommand('get', 'ä:1').bytes.toString()).toBe('get ä:1\r\n');
    expect(touchCommand('a', 60).bytes.toString()).toBe('touch a 60\r\n');
    expect(storageCommand('add', 'a', 'END\r\n', 2_592_000).bytes.toString()).toBe(
      'add a 0 2592000 5\r\nEND\r\n\r\n',
    );
  });

  it('do not change with the value of the caller', () => {
    const value = Buffer.from('before');
    const command = storageCommand('set', 'a', value, 1);
    value.fill('x');
    expect(command.bytes.toString()).toBe('set a 0 1 6\r\nbefore\r\n');
  });

  it.each(UNUSABLE_KEYS)('reject %s as a key, without repeating it', (_what, key, message) => {
    expect(() => keyCommand('delete', key)).toThrow(TypeError);
    expect(() => storageCommand('set', key, '', 1)).toThrow(message);
    expect(() => touchCommand(key, 1)).toThrow(/^(?!.*hunter2)/);
  });

  it.each([0, -1, 1.5, Number.NaN, 2_592_001])('reject a life of %s seconds', (seconds) => {
    expect(() => touchCommand('a', seconds)).toThrow(/Give whole seconds from 1 to 2592000/);
    expect(() => storageCommand('set', 'a', '', seconds)).toThrow(RangeError);
  });
});
