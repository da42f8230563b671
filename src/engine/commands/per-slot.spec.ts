import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../engine.errors.js';
import { inOrderOf, keysBySlot, sendPerSlot } from './per-slot.js';

describe('sendPerSlot', () => {
  it('sends one call per slot and returns the values in the order of the keys', async () => {
    const keyLists = fc.array(fc.string(), { minLength: 1 });
    const property = fc.asyncProperty(keyLists, async (keys) => {
      const parts = keysBySlot(keys);
      const replies = await sendPerSlot(parts, async (part) => part.map((key) => `value of ${key}`));
      expect(inOrderOf(parts, replies)).toEqual(keys.map((key) => `value of ${key}`));
    });
    await fc.assert(property);
  });

  it('groups the keys with the same hash tag', () => {
    expect(keysBySlot(['a', 'b', '{a}c']).map(({ keys }) => keys)).toEqual([['a', '{a}c'], ['b']]);
  });

  it('rejects with outcome unknown if only some parts were refused', async () => {
    const send = async ([key]: string[]) => {
      if (key === 'a') throw new EngineError('refused', 'not sent');
    };
    await expect(sendPerSlot(keysBySlot(['a', 'b']), send)).rejects.toMatchObject({ outcome: 'unknown' });
    await expect(sendPerSlot(keysBySlot(['a']), send)).rejects.toMatchObject({ outcome: 'refused' });
  });
});
