import { beforeEach, describe, expect, it } from 'vitest';
import { AcknowledgedUpdates } from './acknowledged-updates.js';

describe('AcknowledgedUpdates', () => {
  let updates: AcknowledgedUpdates;

  beforeEach(() => {
    updates = new AcknowledgedUpdates();
    updates.acknowledge('a', 2);
    updates.acknowledge('b', 1);
  });

  it('finds no loss in data that have each value or a newer one', () => {
    updates.check({ a: 3, b: 1 }, updates.values);
    expect(updates.countOfLost).toBe(0);
  });

  it('counts an older and a missing value, each once', () => {
    updates.check({ a: 1 }, updates.values);
    updates.check({ a: 1 }, updates.values);
    expect(updates.countOfLost).toBe(2);
  });

  it('does not expect a value that was acknowledged after the request', () => {
    const before = updates.values;
    updates.acknowledge('a', 3);
    updates.check({ a: 2, b: 1 }, before);
    expect(updates.countOfLost).toBe(0);
  });
});
