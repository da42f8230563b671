import { afterEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../engine/index.js';
import { PendingInvalidations } from './pending-invalidations.js';

/** The engine's end: each removal stays open until the test confirms or fails it. */
function startPending() {
  const removals: { keys: readonly string[]; confirm: () => void; fail: () => void }[] = [];
  const pending = new PendingInvalidations(
    (keys) =>
      new Promise((resolve, reject) => {
        removals.push({ keys, confirm: resolve, fail: () => reject(new EngineError('unknown', 'silence')) });
      }),
  );
  const failed = async (keys: string[]) => {
    const invalidated = pending.invalidate(keys);
    removals.at(-1)?.fail();
    return invalidated;
  };
  return { pending, removals, failed };
}

describe('pending invalidations', () => {
  let pending: PendingInvalidations;
  let removals: ReturnType<typeof startPending>['removals'];
  let failed: ReturnType<typeof startPending>['failed'];
  const begin = () => ({ pending, removals, failed } = startPending());
  afterEach(async () => {
    const closed = pending.close();
    for (const { fail } of removals) fail();
    await closed;
  });

  it('are applied before what hangs on them is read, and hold up nothing else', async () => {
    begin();
    expect(await failed(['a', 'b'])).toBe(false);
    await pending.applyBeforeReading(['c']);
    const read = pending.applyBeforeReading(['c', 'b']);
    expect(removals.at(-1)?.keys).toEqual(['b']);
    removals.at(-1)?.confirm();
    await read;
    // Confirmed, so the next read need not wait.
    await pending.applyBeforeReading(['b']);
  });

  it('forbid to read while they cannot be applied', async () => {
    begin();
    await failed(['a']);
    const read = pending.applyBeforeReading(['a']);
    removals.at(-1)?.fail();
    await expect(read).rejects.toThrow('has not taken an invalidation yet');
  });

  it('are not settled by the confirmation of an earlier one', async () => {
    begin();
    const earlier = pending.invalidate(['a']);
    const later = pending.invalidate(['a']);
    removals[1]?.fail();
    expect(await later).toBe(false);
    removals[0]?.confirm();
    expect(await earlier).toBe(true);
    const read = pending.applyBeforeReading(['a']);
    expect(removals).toHaveLength(3);
    removals[2]?.confirm();
    await read;
  });

  it('are repeated once confirmed, before what hangs on them is read', async () => {
    begin();
    const invalidated = pending.invalidate(['a']);
    removals.at(-1)?.confirm();
    expect(await invalidated).toBe(true);
    pending.repeat();
    expect(removals.map(({ keys }) => keys)).toEqual([['a'], ['a']]);
    removals.at(-1)?.fail();
    const read = pending.applyBeforeReading(['a']);
    expect(removals).toHaveLength(3);
    removals.at(-1)?.confirm();
    await read;
    await pending.applyBeforeReading(['a']);
    expect(removals).toHaveLength(3);
  });

  it('are forgotten beyond 50,000: then nothing is trusted that was loaded before', async () => {
    begin();
    const loadedAt = Date.now();
    await failed(Array.from({ length: 50_000 }, (_, i) => `key ${i}`));
    expect(pending.isDistrusted(loadedAt)).toBe(false);
    await failed(['one more']);
    expect(pending.isDistrusted(loadedAt)).toBe(true);
    expect(pending.isDistrusted(loadedAt + 60_000)).toBe(false);
  });
});
