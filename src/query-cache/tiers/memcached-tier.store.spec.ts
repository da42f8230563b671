import { describe, expect, it } from 'vitest';
import { memcachedLifeSeconds } from './memcached-tier.store.js';

const DAY_SECONDS = 24 * 60 * 60;

describe('memcachedLifeSeconds', () => {
  it.each([
    ['adds the second that Memcached may cut off', 1, 2],
    ['rounds a part of a second up', 1.001, 3],
    ['never returns 0, which means no expiry', 0, 1],
    ['stays within 30 days, beyond which Memcached reads a date', 30 * DAY_SECONDS, 30 * DAY_SECONDS],
    ['cuts a longer life', Number.POSITIVE_INFINITY, 30 * DAY_SECONDS],
  ])('%s', (_what, seconds, expected) => {
    expect(memcachedLifeSeconds(seconds)).toBe(expected);
  });
});
