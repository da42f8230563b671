import { describe, expect, it } from 'vitest';
import { BearerKeys } from './bearer-keys.js';

function accepts(keys: string[], authorization?: string): boolean {
  return new BearerKeys(keys).accept({ authorization });
}

describe('BearerKeys', () => {
  it('accepts each of several keys and no other', () => {
    const keys = ['the-new-one', 'the-old-one'];
    expect(keys.map((key) => accepts(keys, `Bearer ${key}`))).toEqual([true, true]);
    expect(
      ['Bearer another', 'Bearer ', 'the-new-one', undefined].map((header) => accepts(keys, header)),
    ).toEqual([false, false, false, false]);
  });

  it('accepts no request without a key, even if an empty key is configured', () => {
    expect(accepts([''])).toBe(false);
    expect(accepts([''], 'Bearer ')).toBe(false);
  });
});
