import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ArenaRate, type SharedRate, USUAL_RATE } from './arena.rate.js';

const MINUTE = 60_000;

describe('ArenaRate', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const chosen = (scoresPerSecond: number, nodes = 1): SharedRate => ({
    choice: { scoresPerSecond, until: new Date(Date.now() + MINUTE) },
    nodes,
  });
  /** Scores due in `seconds`, in rounds of 100 ms. */
  function dueIn(rate: ArenaRate, seconds: number): number {
    rate.takeDue(0);
    let due = 0;
    for (let round = 1; round <= seconds * 10; round++) due += rate.takeDue(round * 100);
    return due;
  }

  it('plays the chosen number of scores a second, also one that rounds do not divide', () => {
    const rate = new ArenaRate();
    rate.follow(chosen(7));
    expect(dueIn(rate, 20)).toBeGreaterThanOrEqual(139);
    expect(dueIn(rate, 20)).toBeLessThanOrEqual(141);
  });

  it('plays nothing while 0 is chosen', () => {
    const rate = new ArenaRate();
    rate.takeDue(0);
    rate.follow(chosen(0));
    expect(rate.takeDue(10_000)).toBe(0);
  });

  it('does not make up for more than a second', () => {
    const rate = new ArenaRate();
    rate.takeDue(0);
    expect(rate.takeDue(3_600_000)).toBe(USUAL_RATE);
  });

  it('plays a third of the rate on each of three nodes', () => {
    const rate = new ArenaRate();
    rate.follow(chosen(90, 3));
    expect(dueIn(rate, 20)).toBeGreaterThanOrEqual(599);
    expect(dueIn(rate, 20)).toBeLessThanOrEqual(601);
  });

  it('returns to the usual rate when the choice ends, also if it cannot be read any more', () => {
    const rate = new ArenaRate();
    rate.follow(chosen(200));
    vi.advanceTimersByTime(MINUTE - 1);
    expect(rate.scoresPerSecond).toBe(200);
    vi.advanceTimersByTime(1);
    expect(rate.scoresPerSecond).toBe(USUAL_RATE);
    expect(rate.chosenUntil).toBeNull();
  });
});
