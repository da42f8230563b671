import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyChanges,
  changesBetween,
  isNestedDeeperThan,
  type JsonObject,
  mergePatch,
} from './json-changes.js';

const parse = (text: string) => JSON.parse(text) as JsonObject;
const json = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => parse(JSON.stringify(value)));

/** Few names, so that changes collide. */
const { small } = fc.letrec<{ small: JsonObject; any: unknown }>((tie) => ({
  any: fc.oneof({ maxDepth: 3 }, fc.constantFrom(null, 1, 'x', []), tie('small')),
  small: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('any'), { depthIdentifier: 'nested' }),
}));

describe('changesBetween and applyChanges', () => {
  it('turn any object into any other', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        expect(applyChanges(before, changesBetween(before, after))).toEqual(after);
      }),
    );
  });

  it('are empty for equal objects', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(changesBetween(value, parse(JSON.stringify(value)))).toEqual([]);
      }),
    );
  });

  it('keep the fields that another request changed meanwhile', () => {
    const mine = changesBetween({ cart: { a: 1, b: 2 } }, { cart: { a: 1 }, theme: null });
    expect(applyChanges({ cart: { a: 5, b: 2, c: 3 }, read: true }, mine)).toEqual({
      cart: { a: 5, c: 3 },
      theme: null,
      read: true,
    });
  });

  it('keep the fields of two requests that create the same object', () => {
    const dark = changesBetween({}, { prefs: { theme: 'dark' } });
    const german = changesBetween({ prefs: 'none' }, { prefs: { lang: 'de' } });
    expect(applyChanges(applyChanges({}, dark), german)).toEqual({ prefs: { theme: 'dark', lang: 'de' } });
  });

  it('keep the field of each request in the same object, whatever value was there before', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(small, names, fc.integer({ min: 2, max: 5 }), (before, path, writers) => {
        const patch = (name: string) =>
          path.reduceRight<JsonObject>((inner, at) => ({ [at]: inner }), { [name]: 1 });
        const written = Array.from({ length: writers }, (_, i) => `written-${i}`);
        const changes = written.map((name) => changesBetween(before, mergePatch(before, patch(name))));
        const together = changes.reduce<JsonObject>(applyChanges, before);
        expect(together).toEqual(written.map(patch).reduce<JsonObject>(mergePatch, before));
      }),
      { numRuns: 500 },
    );
  });

  it('treat "__proto__" as a normal field name', () => {
    const result = applyChanges({}, changesBetween({}, parse('{"__proto__":{"isAdmin":true}}')));
    expect(JSON.stringify(result)).toBe('{"__proto__":{"isAdmin":true}}');
    expect(result['isAdmin']).toBeUndefined();
  });
});

describe('mergePatch', () => {
  // The examples of RFC 7396, appendix A, whose patch is an object.
  it.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('applied to %s, the patch %s gives %s', (target, patch, result) => {
    expect(mergePatch(JSON.parse(target), parse(patch))).toEqual(JSON.parse(result));
  });
});

describe('isNestedDeeperThan', () => {
  it.each([
    [0, 'plain', false],
    [0, {}, true],
    [1, { a: 1 }, false],
    [1, { a: [] }, true],
    [2, { a: [1], b: { c: null } }, false],
    [32, JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`), true],
  ])('compares the depth of a value with %i levels (case %#)', (levels, value, isDeeper) => {
    expect(isNestedDeeperThan(levels, value)).toBe(isDeeper);
  });
});
