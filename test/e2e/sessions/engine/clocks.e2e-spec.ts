import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LocalEngine } from '../../../../local/index.js';
import { startApp, type TestApp } from '../../../support/app.js';
import { keyOf, Visitors } from '../visitors.js';

describe('session lifetimes and wrong clocks', () => {
  let app: TestApp;
  let engine: LocalEngine;
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp();
    engine = app.engine as LocalEngine;
    visitors = new Visitors(app);
  });
  afterAll(() => app.close());

  describe.each([
    ['12 s fast', 12_000],
    ['a day fast', 86_400_000],
    ['12 s slow', -12_000],
  ])('on a node whose clock is %s', (_skew, skewMs) => {
    async function skewed<T>(task: () => Promise<T>): Promise<T> {
      const clock = vi.spyOn(Date, 'now');
      clock.mockReturnValue(Date.now() + skewMs);
      try {
        return await task();
      } finally {
        clock.mockRestore();
      }
    }

    it('a session lasts as long as on other nodes', async () => {
      const node = await app.startNode({ SESSION_IDLE_SECONDS: '2' });
      const there = new Visitors(node);
      const wrong = await skewed(() => there.newVisit());
      const right = await there.newVisit();
      const ttls = [wrong, right].map(async (visit) => Number(await engine.command('PTTL', keyOf(visit))));
      for (const ttl of await Promise.all(ttls)) expect(Math.abs(ttl - 2_000)).toBeLessThan(2_000);
      // Both are used for longer than their idle lifetime.
      const until = performance.now() + 3_000;
      while (performance.now() < until) {
        expect(await there.isSignedIn(wrong)).toBe(true);
        expect(await skewed(() => there.isSignedIn(right))).toBe(true);
      }
      await node.close();
    });
  });

  it('a lastSeenAt in the future, as a replaced server may have written it, is corrected at the next request', async () => {
    const visit = await visitors.newVisit();
    const future = Date.now() + 3_600_000;
    await engine.command('HSET', keyOf(visit), 'lastSeenAt', `${future}`);
    await visitors.current(visit).expect(200);
    expect(Number(await engine.command('HGET', keyOf(visit), 'lastSeenAt'))).toBeLessThan(future);
  });
});
