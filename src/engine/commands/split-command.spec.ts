import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinReplies, splitCommand } from './split-command.js';

describe('splitCommand', () => {
  it('sends one command per slot and joins the values in the order of the keys', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (keys) => {
        const parts = splitCommand('MGET', keys);
        const replies = parts.map(({ args }) => args.slice(1).map((key) => `value of ${String(key)}`));
        expect(joinReplies('MGET', parts, replies)).toEqual(keys.map((key) => `value of ${key}`));
        expect(new Set(parts.map(({ slot }) => slot)).size).toBe(parts.length);
      }),
    );
  });

  it('adds up the counts of all slots', () => {
    const parts = splitCommand('DEL', ['a', 'b', '{a}c']);
    expect(parts.map(({ args }) => args)).toEqual([
      ['DEL', 'a', '{a}c'],
      ['DEL', 'b'],
    ]);
    expect(joinReplies('DEL', parts, [2, 1])).toBe(3);
  });
});
