import { describe, expect, it } from 'vitest';
import { KeyRing } from './key-ring.js';

const KEYS = Array.from({ length: 20_000 }, (_, i) => `key:${i}`);

function ringOf(nodes: number): KeyRing<{ address: string }> {
  return new KeyRing(Array.from({ length: nodes }, (_, i) => ({ address: `node-${i}.example:11211` })));
}

function owners(ring: KeyRing<{ address: string }>): (string | undefined)[] {
  return KEYS.map((key) => ring.nodeFor(key)?.address);
}

describe('KeyRing', () => {
  it('has no node for a key while it is empty', () => {
    expect(ringOf(0).nodeFor('key')).toBeUndefined();
  });

  it.each([2, 3, 5, 10, 20])('moves about 1/n of the keys to a node that is added as one of %i', (nodes) => {
    const [before, after] = [owners(ringOf(nodes - 1)), owners(ringOf(nodes))];
    const moved = after.filter((address, i) => address !== before[i]);
    expect(moved.length / KEYS.length).toBeGreaterThan(0.7 / nodes);
    expect(moved.length / KEYS.length).toBeLessThan(1.3 / nodes);
    // No key moves between nodes that stay.
    expect(new Set(moved)).toEqual(new Set([`node-${nodes - 1}.example:11211`]));
  });

  it.each([2, 5, 20])('gives each of %i nodes its share of the keys, within 30 percent', (nodes) => {
    const counts = new Map<unknown, number>();
    for (const address of owners(ringOf(nodes))) counts.set(address, (counts.get(address) ?? 0) + 1);
    expect(counts.size).toBe(nodes);
    for (const count of counts.values()) {
      expect((count * nodes) / KEYS.length).toBeGreaterThan(0.7);
      expect((count * nodes) / KEYS.length).toBeLessThan(1.3);
    }
  });

  it('keeps keys with the same hash tag on one node', () => {
    const ring = ringOf(5);
    const nodesOf = (name: (i: number) => string) =>
      new Set(Array.from({ length: 100 }, (_, i) => ring.nodeFor(name(i))?.address)).size;
    expect(nodesOf((i) => `token:{7}:${i}`)).toBe(1);
    expect(nodesOf((i) => `entry:{${i}}:{7}`)).toBe(5);
    expect(nodesOf((i) => `{}${i}`)).toBe(5);
    expect(nodesOf((i) => `{${i}`)).toBe(5);
  });

  it('does not depend on the order in which the nodes are named', () => {
    const ring = ringOf(5);
    expect(owners(new KeyRing(ring.nodes.toReversed()))).toEqual(owners(ring));
  });
});
