import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../engine.errors.js';
import { joinLists, sendPerSlot } from './per-slot.js';

const keyLists = fc.array(fc.string());

describe('sendPerSlot', () => {
  it('sends one call per slot and returns the values in the order of the keys', async () => {
    const property = fc.asyncProperty(keyLists, fc.boolean(), async (keys, hasSlots) => {
      const parts = await sendPerSlot(keys, hasSlots, async (part) => part.map((key) => `value of ${key}`));
      expect(joinLists(parts)).toEqual(keys.map((key) => `value of ${key}`));
    });
    await fc.assert(property);
  });

  it('groups the keys with the same hash tag', async () => {
    const parts = await sendPerSlot(['a', 'b', '{a}c'], true, async (keys) => keys);
    expect(parts.map(({ reply }) => reply)).toEqual([['a', '{a}c'], ['b']]);
  });

  it('sends at most 1,000 keys in one call', async () => {
    const keys = Array.from({ length: 2_500 }, (_, i) => `{a}${i}`);
    const parts = await sendPerSlot(keys, false, async (part) => part);
    expect(parts.map(({ reply }) => reply.length)).toEqual([1_000, 1_000, 500]);
    expect(joinLists(parts)).toEqual(keys);
  });

  it('rejects with outcome unknown if only some parts were refused', async () => {
    const send = async ([key]: string[]) => {
      if (key === 'a') throw new EngineError('refused', 'not sent');
    };
    await expect(sendPerSlot(['a', 'b'], true, send)).rejects.toMatchObject({ outcome: 'unknown' });
    await expect(sendPerSlot(['a'], true, send)).rejects.toMatchObject({ outcome: 'refused' });
  });
});
