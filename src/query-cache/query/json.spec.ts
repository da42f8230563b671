import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, findNotJson } from './json.js';

describe('canonicalJson', () => {
  it('gives the same text for members in another order', () => {
    expect(canonicalJson({ b: [1, { d: 2, c: 3 }], a: null })).toBe('{"a":null,"b":[1,{"c":3,"d":2}]}');
    expect(canonicalJson({ a: null, b: [1, { c: 3, d: 2 }] })).toBe('{"a":null,"b":[1,{"c":3,"d":2}]}');
  });

  it('parses back to the same value, so that no two values share a text', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(JSON.parse(String(canonicalJson(value)))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('findNotJson', () => {
  const itself: unknown[] = [];
  itself.push(itself);

  it.each([
    ['a Date', { routes: [{ date: new Date(0) }] }, 'routes.0.date', 'is a Date.'],
    ['a Map', { by: new Map() }, 'by', 'is a Map.'],
    ['bytes', { raw: Buffer.from('') }, 'raw', 'is a Buffer.'],
    ['a bigint', { id: 1n }, 'id', 'is a bigint.'],
    ['NaN', { mean: Number.NaN }, 'mean', 'is NaN.'],
    ['a function', { f: () => undefined }, 'f', 'is a function.'],
    ['an undefined item of a list', [undefined], '0', 'is undefined.'],
    ['a hole in a list', Array<unknown>(1), '0', 'is undefined.'],
    ['a named member of a list', { match: /a/.exec('a') }, 'match', 'is a list with named members.'],
    ['an object that hides its data', { by: new URLSearchParams('a=1') }, 'by', 'is a URLSearchParams.'],
    ['a promise without await', { rows: Promise.resolve([]) }, 'rows', 'is a Promise.'],
    ['a symbol as member name', { [Symbol('hidden')]: 1 }, '', 'is a Object.'],
    ['undefined', undefined, '', 'is undefined.'],
    ['a list that contains itself', itself, '0.0', 'contains itself'],
  ])('finds %s', (_what, value, path, remedy) => {
    for (const isArgument of [false, true]) {
      const found = findNotJson(value, isArgument);
      expect(found?.path.startsWith(path)).toBe(true);
      expect(found?.remedy).toContain(remedy);
    }
    expect(canonicalJson(value)).toBeUndefined();
  });

  it('counts undefined members as left out', () => {
    expect(findNotJson({ a: undefined })).toBeUndefined();
    expect(canonicalJson({ b: { c: undefined, d: 1 }, a: undefined })).toBe('{"b":{"d":1}}');
  });

  class Page {
    constructor(
      public offset?: number,
      readonly limit = 20,
    ) {}

    get end(): number {
      return (this.offset ?? 0) + this.limit;
    }
  }
  class Hidden {
    #id = 1;

    get id(): number {
      return this.#id;
    }
  }
  class Nothing {}

  it.each([
    ['its fields', new Page(40), '{"limit":20,"offset":40}'],
    ['its fields without undefined', new Page(), '{"limit":20}'],
    ['no fields and no methods', new Nothing(), '{}'],
  ])('accepts an instance of a class as an argument: %s', (_what, value, text) => {
    expect(canonicalJson({ of: [value] })).toBe(`{"of":[${text}]}`);
    expect(findNotJson(value)?.remedy).toContain('is a ');
  });

  it.each([
    ['private fields', new Hidden(), 'is a Hidden.'],
    ['a text of its own', { id: { toJSON: () => 'x', id: 1 } }, 'is a function.'],
    ['a subclass of a Map', new (class Airports extends Map {})(), 'is a Airports.'],
  ])('finds an instance of a class as an argument with %s', (_what, value, remedy) => {
    expect(findNotJson(value, true)?.remedy).toContain(remedy);
    expect(canonicalJson(value)).toBeUndefined();
  });

  it('finds nothing in any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(findNotJson(value)).toBeUndefined();
      }),
    );
  });
});
