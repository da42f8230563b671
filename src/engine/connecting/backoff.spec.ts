import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

const waits = (failures: number, error: unknown) =>
  Array.from({ length: 500 }, () => backoffMs(failures, error));

describe('backoffMs', () => {
  it('stays between 50 and 350 ms and varies randomly', () => {
    const all = waits(10, new Error('ECONNREFUSED'));
    expect(Math.max(...all)).toBeLessThanOrEqual(350);
    expect(Math.min(...all)).toBeGreaterThanOrEqual(50);
    expect(new Set(all).size).toBeGreaterThan(400);
  });

  it('starts at 100 ms or less after the first failure', () => {
    expect(Math.max(...waits(0, new Error('ECONNREFUSED')))).toBeLessThanOrEqual(100);
  });

  it('waits at least two seconds after a misconfiguration', () => {
    expect(
      Math.min(...waits(0, new Error('WRONGPASS invalid username-password pair'))),
    ).toBeGreaterThanOrEqual(2_000);
  });
});
