import { describe, expect, it } from 'vitest';
import { secondsToLastLoss } from './last-loss.js';

describe('secondsToLastLoss', () => {
  it('is the time from the fault to the newest acknowledgement that was lost', () => {
    expect(secondsToLastLoss([11_000, 13_500, 12_000], 10_000)).toBe(3.5);
  });

  it('is 0 if nothing was lost, or only what was acknowledged before the fault', () => {
    expect(secondsToLastLoss([], 10_000)).toBe(0);
    expect(secondsToLastLoss([9_990], 10_000)).toBe(0);
  });
});
