import { describe, expect, it } from 'vitest';
import { placeIn } from './place.js';

describe('placeIn', () => {
  it.each([
    ['query-cache; hit; ttl=59; detail=local', 'local'],
    ['query-cache; hit; ttl=59; detail=engine', 'engine'],
    ['query-cache; fwd=uri-miss; stored; ttl=60; detail=database', 'miss'],
    ['query-cache; fwd=uri-miss; collapsed; ttl=60; detail=engine', 'miss'],
    [null, undefined],
  ])('reads %j as %j', (header, place) => {
    expect(placeIn(header)).toBe(place);
  });
});
