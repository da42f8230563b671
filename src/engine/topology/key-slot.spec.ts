import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CrossSlotError } from '../engine.errors.js';
import { commonSlot, keySlot, SLOTS, spreadHashTags } from './key-slot.js';

describe('keySlot', () => {
  // The answers of CLUSTER KEYSLOT, Valkey 8.0.
  it.each([
    ['', 0],
    ['123456789', 12_739],
    ['foo', 12_182],
    ['{user1000}.following', 3443],
    ['{user1000}.followers', 3443],
    ['foo{}{bar}', 8363],
    ['foo{{bar}}zap', 4015],
    ['ключ', 10_303],
    ['{ключ}:1', 10_303],
  ])('maps %j to slot %i', (key, slot) => {
    expect(keySlot(key)).toBe(slot);
    expect(keySlot(Buffer.from(key))).toBe(slot);
  });

  it('is the same for a string and for its bytes', () => {
    const piece = fc.oneof(fc.constantFrom('{', '}'), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const key = pieces.join('');
        expect(keySlot(key)).toBe(keySlot(Buffer.from(key)));
      }),
    );
  });
});

describe('commonSlot', () => {
  it('returns the slot of keys with the same hash tag, and undefined without keys', () => {
    expect(commonSlot('X', ['{a}:1', '{a}:2'])).toBe(keySlot('a'));
    expect(commonSlot('X', [])).toBeUndefined();
  });

  it('throws for keys without a common hash tag, and the message contains no key', () => {
    expect(() => commonSlot('X', ['secret-1', 'secret-2'])).toThrow(CrossSlotError);
    expect(() => commonSlot('X', ['secret-1', 'secret-2'])).toThrow(
      /^X names 2 keys(?!.*secret).*same \{tag\}/,
    );
  });
});

describe('spreadHashTags', () => {
  it.each([1, 2, 3, 5, 8, 16])('gives each of %i equal shards its share', (shards) => {
    const tags = spreadHashTags(16);
    const perShard = Array.from({ length: shards }, () => 0);
    for (const tag of tags) perShard[Math.floor((keySlot(tag) * shards) / SLOTS)]! += 1;
    expect(new Set(tags).size).toBe(16);
    expect(Math.max(...perShard)).toBeLessThanOrEqual(Math.ceil(16 / shards) + 1);
    expect(Math.min(...perShard)).toBeGreaterThanOrEqual(Math.floor(16 / shards) - 1);
  });
});
