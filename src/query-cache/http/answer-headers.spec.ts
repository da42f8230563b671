import { describe, expect, it } from 'vitest';
import type { Lookup } from '../lookup/cached-answer.js';
import { lookupHeaders } from './answer-headers.js';

const lookup: Lookup = {
  outcome: 'hit',
  tier: 'local',
  stored: false,
  ageSeconds: 0,
  ttlSeconds: 60,
  localMs: null,
  engineMs: null,
  waitMs: null,
  databaseMs: null,
  storeMs: null,
  isScoped: false,
};

describe('Server-Timing', () => {
  it.each<[string, Partial<Lookup>, string]>([
    ['an answer of this process', { localMs: 0.0042 }, 'local;dur=0.004'],
    ['an answer of the engine', { engineMs: 1.5 }, 'engine;dur=1.500'],
    [
      'a load',
      { engineMs: 1.5, waitMs: 2, databaseMs: 30, storeMs: 1 },
      'engine;dur=1.500, lease;dur=2.000, database;dur=30.000',
    ],
    ['the load of another lookup', { engineMs: 1.5, waitMs: 34 }, 'engine;dur=1.500, lease;dur=34.000'],
    ['no-store', { databaseMs: 30 }, 'database;dur=30.000'],
  ])('has the phases of %s, in their order', (_what, phases, value) => {
    const headers = lookupHeaders({ ...lookup, ...phases });
    expect(headers[headers.indexOf('Server-Timing') + 1]).toBe(value);
  });
});
