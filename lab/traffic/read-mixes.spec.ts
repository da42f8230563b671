import { describe, expect, it } from 'vitest';
import { readMixes } from './read-mixes.js';

const REQUESTS = 600;

describe('readMixes', () => {
  const differentOf = (name: string) => {
    const mix = readMixes().find((one) => one.name === name);
    return new Set(Array.from({ length: REQUESTS }, (_, turn) => mix?.pathOf(turn))).size;
  };

  it('reads few answers often, or each one once', () => {
    expect(differentOf('popular')).toBe(12);
    expect(differentOf('each answer once')).toBe(REQUESTS);
    expect(differentOf('popular and rare')).toBeGreaterThan(12);
    expect(differentOf('popular and rare')).toBeLessThan(REQUESTS / 2);
  });

  it('is the same for each side', () => {
    const pathsOf = () => readMixes().map(({ pathOf }) => [0, 1, 2, 3, 500].map(pathOf));
    expect(pathsOf()).toEqual(pathsOf());
  });
});
