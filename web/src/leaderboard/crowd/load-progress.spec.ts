import { describe, expect, it } from 'vitest';
import type { CrowdLoad } from '../../../../src/demo/crowd/crowd.wire.js';
import { describeEnd, describeProgress } from './load-progress.js';

const load: CrowdLoad = {
  state: 'running',
  from: 10_000,
  players: 30_000,
  target: 100_000,
  elapsedMs: 4_000,
  problem: null,
};

describe('describeProgress', () => {
  it('estimates the time that is left from the players of this load alone', () => {
    expect(describeProgress(load)).toBe('30,000 of 100,000 players, 5,000 a second, 14 s left');
  });

  it('estimates nothing before the first batch', () => {
    expect(describeProgress({ ...load, players: 10_000 })).toBe('10,000 of 100,000 players');
  });
});

describe('describeEnd', () => {
  it.each([
    [{ state: 'ended' }, /^20,000 players were added in 4.0 s, through PostgreSQL/],
    [{ state: 'cancelled' }, /^20,000 players were added in 4.0 s, then the load was cancelled/],
    [{ state: 'failed', problem: 'The disk is full.' }, /then the load failed. The disk is full.$/],
  ] as const)('of %j', (state, words) => {
    expect(describeEnd({ ...load, ...state })).toMatch(words);
  });
});
