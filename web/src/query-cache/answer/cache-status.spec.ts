import { describe, expect, it } from 'vitest';
import { outcomeOf, parseCacheStatus, type CacheStatus } from './cache-status.js';

const nothing: CacheStatus = {
  cache: 'engine',
  hit: false,
  fwd: null,
  ttlSeconds: null,
  stored: false,
  collapsed: false,
  detail: null,
};

describe('parseCacheStatus', () => {
  it('reads a hit with its remaining seconds and its tier', () => {
    expect(parseCacheStatus('engine; hit; ttl=42; detail=engine')).toEqual({
      ...nothing,
      hit: true,
      ttlSeconds: 42,
      detail: 'engine',
    });
  });

  it('reads a stored miss', () => {
    expect(parseCacheStatus('engine;fwd=uri-miss;stored')).toEqual({
      ...nothing,
      fwd: 'uri-miss',
      stored: true,
    });
  });

  it('reads a negative ttl and an explicit false', () => {
    expect(parseCacheStatus('engine; hit; ttl=-7; stored=?0')).toEqual({
      ...nothing,
      hit: true,
      ttlSeconds: -7,
    });
  });

  it('ignores separators inside a quoted string', () => {
    const status = parseCacheStatus(
      String.raw`"query cache"; fwd=bypass; detail="engine down; said \"no\", twice"`,
    );
    expect(status).toEqual({
      ...nothing,
      cache: 'query cache',
      fwd: 'bypass',
      detail: 'engine down; said "no", twice',
    });
  });

  it('reads the cache nearest to the origin when there are several', () => {
    expect(parseCacheStatus('engine; fwd=uri-miss, CDN; hit; ttl=5')).toEqual({
      ...nothing,
      fwd: 'uri-miss',
    });
  });

  it.each([null, '', '  '])('returns null for %j', (header) => {
    expect(parseCacheStatus(header)).toBeNull();
  });
});

describe('outcomeOf', () => {
  it.each([
    ['engine; hit; ttl=3', 'hit'],
    ['engine; hit; ttl=-3', 'stale'],
    ['engine; fwd=uri-miss; collapsed', 'coalesced'],
    ['engine; fwd=uri-miss; stored', 'miss'],
    ['engine; fwd=request; stored', 'reload'],
    ['engine; fwd=bypass; detail=engine-down', 'degraded'],
  ] as const)('maps "%s" to %s for a cached request', (header, outcome) => {
    expect(outcomeOf(parseCacheStatus(header) ?? nothing, 'cached')).toBe(outcome);
  });

  it.each(['engine; fwd=bypass', 'engine; fwd=request'])(
    'maps "%s" to bypass for an uncached request',
    (header) => {
      expect(outcomeOf(parseCacheStatus(header) ?? nothing, 'uncached')).toBe('bypass');
    },
  );
});
