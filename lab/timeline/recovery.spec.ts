import { describe, expect, it } from 'vitest';
import type { Attempt, Outcome } from '../traffic/client.js';
import { secondsToRecovery } from './recovery.js';

const FAULT_AT = 10_000;

/** 100 requests a second from a second before the fault on, of which those between `from` and `to` seconds after the fault fail. */
function load(seconds: number, from: number, to: number): Attempt[] {
  return Array.from({ length: (seconds + 1) * 100 }, (_, i): Attempt => {
    const at = (i - 100) * 10;
    const outcome: Outcome = at >= from * 1000 && at <= to * 1000 ? 'failed' : 'ok';
    return { useCase: 'query', startedAt: FAULT_AT + at, ms: 1, outcome, status: 0 };
  });
}

describe('secondsToRecovery', () => {
  it('is the time of the last failed request', () => {
    expect(secondsToRecovery(load(6, 0.5, 2.4), FAULT_AT)).toBe(2.4);
  });

  it('is 0 if at least 99% succeed in each second', () => {
    expect(secondsToRecovery(load(6, 0.5, 0.5), FAULT_AT)).toBe(0);
  });

  it('leaves out what failed while the machine stood still', () => {
    const attempts = load(6, 0.5, 2.4).map((one): Attempt => {
      const isLate = one.startedAt > FAULT_AT + 1_000 && one.outcome === 'failed';
      return isLate ? { ...one, outcome: 'disturbed' } : one;
    });
    expect(secondsToRecovery(attempts, FAULT_AT)).toBe(1);
  });

  it('leaves out failures before the fault', () => {
    expect(secondsToRecovery(load(6, -0.9, -0.1), FAULT_AT)).toBe(0);
  });

  it('is null if the load ends before requests succeed again', () => {
    expect(secondsToRecovery(load(6, 1, 7), FAULT_AT)).toBeNull();
  });
});
