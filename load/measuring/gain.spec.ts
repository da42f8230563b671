import { describe, expect, it } from 'vitest';
import { gainOf } from './gain.js';

describe('gainOf', () => {
  it('is certain if all ratios are far from 1.2', () => {
    expect(gainOf([2, 2.1, 1.9, 2.2, 2, 1.8])).toMatchObject({ low: 1.8, high: 2.2, verdict: 'better' });
    expect(gainOf([0.2, 0.3, 0.25, 0.2, 0.3, 0.21]).verdict).toBe('worse');
  });

  it('gives no verdict if one of six ratios could be noise', () => {
    expect(gainOf([2, 2.1, 1.9, 2.2, 2, 1.1]).verdict).toBe('no difference');
    expect(gainOf([0.9, 1, 1.1, 1, 0.95, 1.05]).verdict).toBe('no difference');
  });

  it('gives no verdict for fewer than six rounds', () => {
    expect(gainOf([9, 9, 9, 9, 9]).verdict).toBe('no difference');
  });

  it('leaves out outliers if there are enough rounds', () => {
    const ratios = [2, 2.1, 1.9, 2.2, 2, 1.8, 2, 2.05, 1];
    expect(gainOf(ratios)).toMatchObject({ low: 1.8, high: 2.1, verdict: 'better' });
  });

  it.each([
    [3, 0.75],
    [6, 0.969],
    [9, 0.961],
  ])('of %s rounds states its confidence of %s', (rounds, confidence) => {
    expect(gainOf(Array.from({ length: rounds }, (_, i) => i)).confidence).toBeCloseTo(confidence, 3);
  });
});
