import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findNotJson } from './json-values.js';

describe('findNotJson', () => {
  it.each([
    ['a Date', { views: [{ at: new Date(0) }] }, 'views.0.at'],
    ['a Map', { by: new Map() }, 'by'],
    ['bytes', { raw: Buffer.from('') }, 'raw'],
    ['a bigint', { id: 1n }, 'id'],
    ['NaN', { mean: Number.NaN }, 'mean'],
    ['Infinity, which JSON.parse makes of 1e400', JSON.parse('{"a":{"b":1e400}}'), 'a.b'],
    ['a function', { f: () => undefined }, 'f'],
    ['an undefined item of an array', { list: [undefined] }, 'list.0'],
    ['a hole in an array', { list: Array<unknown>(1) }, 'list.0'],
    ['an array with named members', { match: /a/.exec('a') }, 'match'],
    ['an instance of a class', { airport: new (class Airport {})() }, 'airport'],
    ['a member named by a symbol', { a: { [Symbol('hidden')]: 1 } }, 'a'],
  ])('finds %s', (_what, value, path) => {
    expect(findNotJson(value)?.path).toBe(path);
  });

  it('finds nothing if and only if a round trip through JSON keeps the value', () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true });
    fc.assert(
      fc.property(fc.oneof(anything, fc.jsonValue(), fc.string({ unit: 'binary' })), (value) => {
        if (findNotJson(value)) return;
        // JSON has no -0, and an undefined field counts as absent.
        const text = JSON.stringify(value);
        expect(JSON.stringify(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(normalized(value));
      }),
      { numRuns: 500 },
    );
  });

  it('finds nothing in parsed JSON', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => findNotJson(value) === undefined));
  });
});

function normalized(value: unknown): unknown {
  if (typeof value === 'number') return value + 0;
  if (Array.isArray(value)) return value.map(normalized);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, normalized(member)]));
}
