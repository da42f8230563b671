import { afterEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../engine/index.js';
import { PendingInvalidations } from './pending-invalidations.js';

/** Stands for the engine: each removal stays open until the test confirms or fails it. */
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

describe('PendingInvalidations', () => {
  let pending: PendingInvalidations;
  let removals: ReturnType<typeof startPending>['removals'];
  let failed: ReturnType<typeof startPending>['failed'];
  const begin = () => ({ pending, removals, failed } = startPending());
  afterEach(async () => {
    const closed = pending.close();
    for (const { fail } of removals) fail();
    await closed;
  });

  it('applies an unconfirmed invalidation before a dependent answer is read, and delays no other read', async () => {
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

  it('rejects reads of a dependent answer while the invalidation cannot be applied', async () => {
    begin();
    await failed(['a']);
    const read = pending.applyBeforeReading(['a']);
    removals.at(-1)?.fail();
    await expect(read).rejects.toThrow('has not confirmed an invalidation yet');
  });

  it('keeps a failed invalidation when an earlier one of the same token is confirmed', async () => {
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

  it('repeats confirmed invalidations after a reconnection, before a dependent answer is read', async () => {
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

  it('trusts no answer that was loaded before when more than 50,000 invalidations are unconfirmed', async () => {
    begin();
    const loadedAt = Date.now();
    await failed(Array.from({ length: 50_000 }, (_, i) => `key ${i}`));
    expect(pending.trustedSince).toBe(0);
    await failed(['one more']);
    expect(pending.trustedSince).toBeGreaterThan(loadedAt);
    expect(pending.trustedSince).toBeLessThan(loadedAt + 60_000);
  });
});
