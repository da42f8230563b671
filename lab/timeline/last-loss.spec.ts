import { describe, expect, it } from 'vitest';
import { Control } from '../stack/control.js';
import { secondsToLastLoss } from './last-loss.js';

describe('secondsToLastLoss', () => {
  const control = new Control(() => []);

  it('is the time from the fault to the newest acknowledgement that was lost', () => {
    expect(secondsToLastLoss([11_000, 13_500, 12_000], 10_000, control)).toBe(3.5);
  });

  it('is 0 if nothing was lost, or only what was acknowledged before the fault', () => {
    expect(secondsToLastLoss([], 10_000, control)).toBe(0);
    expect(secondsToLastLoss([9_990], 10_000, control)).toBe(0);
  });

  it('does not count the time in which the machine stood still', () => {
    const busy = { elapsed: (from: number, to = from) => to - from - 1_000 };
    expect(secondsToLastLoss([13_500], 10_000, busy)).toBe(2.5);
  });
});
