import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isUnavailable } from '../database.errors.js';
import { unlessSilent } from './silence.js';

const LIMIT_MS = 50;

async function* chunks(...afterMs: number[]): AsyncGenerator<number> {
  for (const ms of afterMs) {
    await delay(ms);
    yield ms;
  }
}

describe('unlessSilent', () => {
  it('goes on for as long as there is something to read', async () => {
    const read: number[] = [];
    for await (const chunk of unlessSilent(LIMIT_MS, chunks(0, 1, 2))) {
      // Simulates a slow reader.
      await delay(LIMIT_MS);
      read.push(chunk);
    }
    expect(read).toEqual([0, 1, 2]);
  });

  it('gives up a server that says nothing, as one that is not there', async () => {
    const silent = unlessSilent(LIMIT_MS, chunks(0, 60_000));
    expect(await silent.next()).toMatchObject({ value: 0 });
    const error: unknown = await silent.next().catch((reason: unknown) => reason);
    expect(isUnavailable(error)).toBe(true);
  });
});
