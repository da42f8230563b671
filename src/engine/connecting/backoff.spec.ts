import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

const waits = (failures: number, error: unknown) =>
  Array.from({ length: 500 }, () => backoffMs(failures, error));

describe('backoffMs', () => {
  it('stays below what a failover may take to be noticed, and is never in step', () => {
    const all = waits(10, new Error('ECONNREFUSED'));
    expect(Math.max(...all)).toBeLessThanOrEqual(350);
    expect(Math.min(...all)).toBeGreaterThanOrEqual(50);
    expect(new Set(all).size).toBeGreaterThan(400);
  });

  it('grows with the failures', () => {
    expect(Math.max(...waits(0, new Error('ECONNREFUSED')))).toBeLessThanOrEqual(100);
  });

  it('asks seldom when only people can help', () => {
    expect(
      Math.min(...waits(0, new Error('WRONGPASS invalid username-password pair'))),
    ).toBeGreaterThanOrEqual(2_000);
  });
});
