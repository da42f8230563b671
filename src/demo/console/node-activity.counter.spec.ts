import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { QueryCacheService } from '../../query-cache/index.js';
import { NodeActivityCounter } from './node-activity.counter.js';

describe('NodeActivityCounter', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('keeps the last 180 seconds, with no page open', () => {
    let invalidations = 0;
    const stats = () => ({ queries: {}, invalidations: (invalidations += 1) });
    const counter = new NodeActivityCounter({ stats } as unknown as QueryCacheService);
    vi.advanceTimersByTime(200_000);
    const { lastMinutes } = counter;
    counter.onModuleDestroy();

    expect(lastMinutes).toHaveLength(180);
    expect(Date.parse(lastMinutes.at(-1)?.at ?? '') - Date.parse(lastMinutes[0]?.at ?? '')).toBe(179_000);
    expect(lastMinutes.every((second) => second.invalidations === 1 && second.viewers === 0)).toBe(true);
  });
});
