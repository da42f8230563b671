import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, type PageCursor } from './page-cursor.js';

const cursor: PageCursor = {
  ledgerId: 'x',
  window: 'daily',
  period: '2026-11-30',
  season: null,
  version: 3,
  offset: 10,
};

describe('decodeCursor', () => {
  it('returns what was encoded', () => {
    expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
    const ofSeason: PageCursor = { ...cursor, window: 'all', period: null, season: 'autumn' };
    expect(decodeCursor(encodeCursor(ofSeason))).toEqual(ofSeason);
  });

  it.each<[string, Partial<PageCursor>]>([
    ['a period of another window', { window: 'weekly' }],
    ['a window without its period', { period: null }],
    ['a season of a shorter window', { season: 'autumn' }],
    ['an offset that no board has', { offset: 1e12 }],
    ['a season that PostgreSQL rejects', { window: 'all', period: null, season: '\u0000' }],
  ])('is null for %s', (_what, wrong) => {
    expect(decodeCursor(encodeCursor({ ...cursor, ...wrong }))).toBeNull();
  });
});
