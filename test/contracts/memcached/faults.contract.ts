import { describe, expect, it } from 'vitest';
import type { FaultProxy } from '../../../local/index.js';
import { elapsed } from '../../support/elapsed.js';
import { until } from '../../support/until.js';
import { outcomeOf } from '../engine-trial.js';
import {
  DEADLINE_MS,
  isDone,
  LATE_MS,
  type MemcachedTrial,
  outcomesOn,
  SHORT_DEADLINE_MS,
} from '../memcached-trial.js';

/** Paused servers, broken networks and lost connections. */
export function describeMemcachedFaults(trial: MemcachedTrial): void {
  describe('faults', () => {
    it('settles a call by its own deadline while the servers are paused', async () => {
      for (const server of trial.servers) server.pause();
      const { ms, result: outcome } = await elapsed(() =>
        outcomeOf(trial.engine.get(`${trial.prefix}:paused`, { deadlineMs: 50 })),
      );
      for (const server of trial.servers) server.resume();
      expect(outcome).toMatch(/^(unknown|refused)$/);
      expect(ms).toBeLessThan(50 + LATE_MS);
    });

    it.each<[string, (proxy: FaultProxy) => void]>([
      ['half-open', (proxy) => proxy.drop()],
      ['slower by 500 ms', (proxy) => proxy.delay(500)],
    ])(
      'settles every call by its deadline while the network is %s, and recovers afterwards',
      async (_how, fail) => {
        const proxies = await trial.startProxies();
        const engine = trial.connect(proxies, SHORT_DEADLINE_MS);
        await until(() => engine.isReady);
        proxies.forEach(fail);
        while (engine.isReady) {
          const { ms, result: outcomes } = await elapsed(() => outcomesOn(engine, trial.keys(10)));
          expect(ms).toBeLessThan(SHORT_DEADLINE_MS + LATE_MS);
          expect(outcomes).not.toContain('done');
        }
        expect(new Set(await outcomesOn(engine, trial.keys(10)))).toEqual(new Set(['refused']));
        await Promise.all(proxies.map((proxy) => proxy.heal()));
        await until(async () => (await outcomesOn(engine, trial.keys(10))).every(isDone));
        expect(engine.report()).toMatchObject({ state: 'ready', reason: null, breaker: 'closed' });
      },
    );

    it('refuses calls if the servers are down at the start, and connects when they are up', async () => {
      const proxies = await trial.startProxies();
      for (const proxy of proxies) proxy.refuse();
      const engine = trial.connect(proxies, SHORT_DEADLINE_MS);
      expect(await engine.firstAttempt).toEqual({ isWrongUrl: false });
      expect(engine.report()).toMatchObject({ state: 'down', reason: expect.stringMatching(/is refused/) });
      expect(new Set(await outcomesOn(engine, trial.keys(10)))).toEqual(new Set(['refused']));
      await Promise.all(proxies.map((proxy) => proxy.heal()));
      await until(async () => (await outcomesOn(engine, trial.keys(10))).every(isDone));
    });

    it('never reads the reply of a lost connection on the next one', async () => {
      const proxies = await trial.startProxies();
      const engine = trial.connect(proxies);
      await until(() => engine.isReady);
      const keys = trial.keys(4);
      await Promise.all(keys.map((key) => engine.set(key, key.padEnd(500_000, 'x'))));
      const interrupted = outcomesOn(engine, keys);
      for (const proxy of proxies) proxy.reset();
      expect(new Set(await interrupted)).not.toContain('done');
      const get = (key: string) => engine.get(key).catch(() => null);
      await until(async () => (await Promise.all(keys.map(get))).every((found) => found));
      for (const key of keys) expect(String(await get(key)).slice(0, key.length)).toBe(key);
    });

    it('refuses calls at once while all nodes are down, and recovers afterwards', async () => {
      await Promise.all(trial.servers.map((server) => server.kill()));
      await until(() => !trial.engine.isReady);
      const { ms, result: outcomes } = await elapsed(() =>
        Promise.all(trial.keys(200).map((key) => outcomeOf(trial.set(key, 'value')))),
      );
      expect(new Set(outcomes)).toEqual(new Set(['refused']));
      expect(ms).toBeLessThan(DEADLINE_MS / 2);
      await Promise.all(trial.servers.map((server) => server.restart()));
      await until(() => trial.engine.isReady);
    });

    it('refuses calls after close', async () => {
      const engine = trial.connect();
      await until(() => engine.isReady);
      engine.close();
      expect(await outcomeOf(engine.get(`${trial.prefix}:closed`))).toBe('refused');
    });
  });
}
