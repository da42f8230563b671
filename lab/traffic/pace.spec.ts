import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { pace } from './pace.js';

describe('pace', () => {
  it('does not wait for earlier calls, and resolves when all have settled', async () => {
    const stop = new AbortController();
    const turns: number[] = [];
    let settle: () => void = () => undefined;
    const settled = new Promise<void>((resolve) => (settle = resolve));
    const pacing = pace(1_000, stop.signal, (turn) => {
      turns.push(turn);
      if (turn === 4) {
        stop.abort();
        settle();
      }
      return settled;
    });
    await pacing;
    expect(turns).toEqual([0, 1, 2, 3, 4]);
  });

  it('lets everything else have its turn although each call takes longer than its share of the time', async () => {
    const stop = new AbortController();
    let calls = 0;
    const pacing = pace(1_000_000, stop.signal, async () => {
      calls += 1;
      // Without a turn for others the test would never end.
      if (calls > 1_000) stop.abort();
    });
    await nextTurn();
    stop.abort();
    await pacing;
    expect(calls).toBeLessThan(1_000);
  });
});
