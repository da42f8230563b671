import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { lock, tryLock } from './lock.js';

describe('tryLock', () => {
  it('gives a name to one at a time', async () => {
    const name = randomUUID();
    const attempts = await Promise.all([tryLock(name), tryLock(name), tryLock(name)]);
    const [held, ...others] = attempts.filter((attempt) => attempt !== undefined);
    expect(others).toEqual([]);
    await held?.release();
    const next = await tryLock(name);
    expect(next).toBeDefined();
    await next?.release();
  });

  it('keeps names apart', async () => {
    const locks = await Promise.all([tryLock(randomUUID()), tryLock(randomUUID())]);
    expect(locks).not.toContain(undefined);
    for (const held of locks) await held?.release();
  });
});

describe('lock', () => {
  it('waits for its turn', async () => {
    const name = randomUUID();
    const first = await lock(name);
    const order: string[] = [];
    const second = lock(name).then((held) => {
      order.push('second has it');
      return held.release();
    });
    order.push('first lets go');
    await first.release();
    await second;
    expect(order).toEqual(['first lets go', 'second has it']);
  });
});
