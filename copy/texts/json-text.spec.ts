import { describe, expect, it } from 'vitest';
import { addToJson, setJson } from './json-text.js';

describe('setJson', () => {
  it.each([
    ['between sorted properties', '{\n  "a": 1,\n  "c": 3\n}\n', '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}\n'],
    ['before the first', '{\n  "c": 3\n}\n', '{\n  "b": 2,\n  "c": 3\n}\n'],
    ['after the last', '{\n  "a": 1\n}\n', '{\n  "a": 1,\n  "b": 2\n}\n'],
    [
      'last where the others are not sorted',
      '{\n\t"z": 1,\n\t"a": 1\n}\n',
      '{\n\t"z": 1,\n\t"a": 1,\n\t"b": 2\n}\n',
    ],
    ['into an empty object', '{}', '{\n  "b": 2\n}'],
    ['on one line', '{ "a": 1, "c": 3 }', '{ "a": 1, "b": 2, "c": 3 }'],
    ['in the place of a value', '{\n  "b": { "x": 1 },\n  "a": 1\n}', '{\n  "b": 2,\n  "a": 1\n}'],
  ])('sets a property %s', (_where, before, after) => {
    expect(setJson(before, ['b'], 2)).toBe(after);
  });

  it('makes the objects on the path that are missing, with the indentation of the file', () => {
    expect(setJson('{\n    "name": "x"\n}\n', ['scripts', 'start'], 'node')).toBe(
      '{\n    "name": "x",\n    "scripts": {\n        "start": "node"\n    }\n}\n',
    );
  });

  it('keeps comments, blank lines and arrays on one line', () => {
    const text = '{\n  // why\n  "files": ["a", "b"],\n\n  "x": {\n    "k": 1 // one\n  }\n}\n';
    expect(setJson(text, ['x', 'z'], true)).toBe(
      text.replace('"k": 1 // one', '"k": 1,\n    "z": true // one'),
    );
  });
});

describe('addToJson', () => {
  it.each([
    ['{\n  "a": ["x"]\n}', '{\n  "a": ["x", "y"]\n}'],
    ['{\n  "a": [\n    "x"\n  ]\n}', '{\n  "a": [\n    "x",\n    "y"\n  ]\n}'],
    ['{\n  "a": []\n}', '{\n  "a": ["y"]\n}'],
    ['{\n  "b": 1\n}', '{\n  "a": [\n    "y"\n  ],\n  "b": 1\n}'],
  ])('adds an element to %j', (before, after) => {
    expect(addToJson(before, ['a'], 'y')).toBe(after);
  });
});
