import { describe, expect, it } from 'vitest';
import { seededRandom } from './seeded-random.js';
import { zipf } from './zipf.js';

describe('zipf', () => {
  it('draws the first index twice as often as the second, and ten times as often as the tenth', () => {
    const draw = zipf(20, seededRandom(1));
    const counts = Array.from({ length: 20 }, () => 0);
    for (let i = 0; i < 100_000; i++) counts[draw()]!++;
    const [first = 0] = counts;
    expect(first / counts[1]!).toBeCloseTo(2, 1);
    expect(Math.abs(first / counts[9]! - 10)).toBeLessThan(1);
    expect(counts.every((count) => count > 0)).toBe(true);
  });
});
