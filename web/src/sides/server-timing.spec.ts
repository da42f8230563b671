import { describe, expect, it } from 'vitest';
import { parseServerTiming } from './server-timing.js';

describe('parseServerTiming', () => {
  it('reads one duration for each tier, in order', () => {
    expect(parseServerTiming('engine;dur=0.42, database;dur=351')).toEqual([
      { name: 'engine', durationMs: 0.42 },
      { name: 'database', durationMs: 351 },
    ]);
  });

  it('reads a description with a comma', () => {
    expect(parseServerTiming('database;desc="PostgreSQL, primary";dur=12.5')).toEqual([
      { name: 'database', durationMs: 12.5 },
    ]);
  });

  it('ignores an entry without a duration', () => {
    expect(parseServerTiming('miss, engine;dur=1')).toEqual([{ name: 'engine', durationMs: 1 }]);
  });

  it.each([null, ''])('returns no entries for %j', (header) => {
    expect(parseServerTiming(header)).toEqual([]);
  });
});
