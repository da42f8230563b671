import { describe, expect, it } from 'vitest';
import { promotionsIn } from './promotion.js';

const killed = (name: string, at: number) => ({ kind: 'killed', name, role: 'primary', at }) as const;
const promoted = (name: string, at: number) => ({ kind: 'promoted', name, role: 'replica', at }) as const;

describe('promotionsIn', () => {
  it('measures from the loss of the primary to the promotion', () => {
    expect(promotionsIn([killed('primary', 1000), promoted('replica-1', 2600)])).toEqual([
      { lost: 'primary', how: 'killed', promoted: 'replica-1', afterMs: 1600 },
    ]);
  });

  it('matches nodes of the same shard', () => {
    const events = [killed('shard-1', 0), killed('shard-2', 100), promoted('shard-1-replica-1', 1500)];
    expect(promotionsIn(events)).toMatchObject([{ lost: 'shard-1', afterMs: 1500 }]);
  });

  it('needs the loss of a primary, not of a replica', () => {
    const replica = { kind: 'killed', name: 'replica-2', role: 'replica', at: 0 } as const;
    expect(promotionsIn([replica, promoted('replica-1', 900)])).toEqual([]);
  });
});
