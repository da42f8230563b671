import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompositeScore, orderedChanges } from './composite-score.js';

const bounds = { min: -1000, max: 1_000_000 };
const composite = new CompositeScore(bounds);
const score = fc.integer({ min: bounds.min, max: bounds.max });
const sequence = fc.integer({ min: 1, max: orderedChanges(bounds) - 1 });

describe('CompositeScore', () => {
  it('gives back the score', () => {
    fc.assert(fc.property(score, sequence, (s, n) => composite.decode(composite.encode(s, n)) === s));
  });

  it('ranks the higher score first, and of equal scores the earlier', () => {
    fc.assert(
      fc.property(score, sequence, score, sequence, (s1, n1, s2, n2) => {
        fc.pre(s1 !== s2 || n1 !== n2);
        const firstIsHigher = s1 === s2 ? n1 < n2 : s1 > s2;
        return composite.encode(s1, n1) > composite.encode(s2, n2) === firstIsHigher;
      }),
    );
  });

  it('keeps scores right when there are more changes than it can order', () => {
    expect(composite.decode(composite.encode(7, Number.MAX_SAFE_INTEGER))).toBe(7);
  });
});
