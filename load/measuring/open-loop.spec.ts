import { expect, it } from 'vitest';
import { openLoop } from './open-loop.js';

it('starts each call when it is due, without waiting for answers, and counts the failures', async () => {
  const due: number[] = [];
  let answer: (() => void) | undefined;
  const firstAnswer = new Promise<void>((resolve) => (answer = resolve));
  const loop = openLoop(
    { everyMs: 1, times: 4, signal: new AbortController().signal },
    async (dueAt, turn) => {
      due.push(dueAt);
      if (turn === 3) answer?.();
      if (turn === 1) throw new Error('refused');
      await firstAnswer;
    },
  );
  await expect(loop).rejects.toThrow(/^1 of 4 calls failed.+First error: refused$/);
  const [first = 0] = due;
  expect(due.map((at) => Math.round(at - first))).toEqual([0, 1, 2, 3]);
});
