import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { lock, tryLock } from './lock.js';

describe('tryLock', () => {
  it('is held by one caller at a time', async () => {
    const name = randomUUID();
    const attempts = await Promise.all([tryLock(name), tryLock(name), tryLock(name)]);
    const [held, ...others] = attempts.filter((attempt) => attempt !== undefined);
    expect(others).toEqual([]);
    await held?.release();
    const next = await tryLock(name);
    expect(next).toBeDefined();
    await next?.release();
  });

  it('treats different names as different locks', async () => {
    const locks = await Promise.all([tryLock(randomUUID()), tryLock(randomUUID())]);
    expect(locks).not.toContain(undefined);
    for (const held of locks) await held?.release();
  });
});

describe('lock', () => {
  it('waits until the holder releases it', async () => {
    const name = randomUUID();
    const first = await lock(name);
    const order: string[] = [];
    const second = lock(name).then((held) => {
      order.push('second acquires');
      return held.release();
    });
    order.push('first releases');
    await first.release();
    await second;
    expect(order).toEqual(['first releases', 'second acquires']);
  });
});
