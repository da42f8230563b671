import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ArenaRate, USUAL_RATE } from './arena.rate.js';

describe('ArenaRate', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Scores due in `seconds`, in rounds of 100 ms. */
  function dueIn(rate: ArenaRate, seconds: number): number {
    rate.takeDue(0);
    let due = 0;
    for (let round = 1; round <= seconds * 10; round++) due += rate.takeDue(round * 100);
    return due;
  }

  it('plays the chosen number of scores a second, also one that rounds do not divide', () => {
    const rate = new ArenaRate();
    rate.choose(7);
    expect(dueIn(rate, 20)).toBeGreaterThanOrEqual(139);
    expect(dueIn(rate, 20)).toBeLessThanOrEqual(141);
  });

  it('plays nothing while 0 is chosen', () => {
    const rate = new ArenaRate();
    rate.takeDue(0);
    rate.choose(0);
    expect(rate.takeDue(10_000)).toBe(0);
  });

  it('does not make up for more than a second', () => {
    const rate = new ArenaRate();
    rate.takeDue(0);
    expect(rate.takeDue(3_600_000)).toBe(USUAL_RATE);
  });

  it('returns to the usual rate after ten minutes', () => {
    const rate = new ArenaRate();
    rate.choose(200);
    vi.advanceTimersByTime(10 * 60_000 - 1);
    expect(rate.scoresPerSecond).toBe(200);
    vi.advanceTimersByTime(1);
    expect(rate.scoresPerSecond).toBe(USUAL_RATE);
    expect(rate.chosenUntil).toBeNull();
  });
});
