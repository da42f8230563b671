import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { type MemcachedTrial, outcomesOn, SHORT_DEADLINE_MS } from '../memcached-trial.js';

/** The loss of one node affects only its own keys. */
export function describeMemcachedNodes(trial: MemcachedTrial): void {
  describe.runIf(trial.setup.nodes > 1)('with several nodes', () => {
    it('keeps serving the keys of the other nodes when one is killed, and names it in the report', async () => {
      const before = trial.keys(100);
      await Promise.all(before.map((key) => trial.set(key, key)));
      const [lost] = trial.servers;
      await lost?.kill();
      const found = () => Promise.all(before.map((key) => trial.textOf(key).catch(() => 'failed')));
      await until(() => trial.engine.report().reason !== null);
      expect(trial.engine.report()).toMatchObject({
        state: 'ready',
        reason: expect.stringContaining(`:${lost?.port} does not answer`),
      });
      const answers = await found();
      const kept = before.filter((key, i) => answers[i] === key);
      expect(kept.length).toBeGreaterThan(20);
      expect(kept.length).toBeLessThan(80);
      await Promise.all(kept.map(async (key) => expect(await trial.textOf(key)).toBe(key)));
      await lost?.restart();
      await until(() => trial.engine.report().reason === null);
      expect(new Set(await found())).toEqual(new Set([...kept, null]));
    });

    it('refuses only the keys of a paused node, and leaves no sockets open', async () => {
      const [paused] = trial.servers;
      const engine = trial.connect(trial.servers, SHORT_DEADLINE_MS);
      await until(() => engine.isReady);
      const isOnPaused = (key: string) => engine.addressFor(key) === `127.0.0.1:${paused?.port}`;
      const onPaused = trial.keys(40).filter(isOnPaused);
      const others = trial.keys(40).filter((key) => !isOnPaused(key));
      const sockets = openSockets();
      paused?.pause();
      trial.afterTest(() => paused?.resume());
      expect(new Set(await outcomesOn(engine, onPaused))).toEqual(new Set(['unknown']));
      expect(engine.report()).toMatchObject({ state: 'ready', breaker: 'open' });
      // Long enough for several probes.
      for (const end = performance.now() + 2_000; performance.now() < end; await delay(10)) {
        const [refused, done] = await Promise.all([outcomesOn(engine, onPaused), outcomesOn(engine, others)]);
        expect([new Set(refused), new Set(done)]).toEqual([new Set(['refused']), new Set(['done'])]);
      }
      expect(openSockets()).toBeLessThanOrEqual(sockets);
      engine.close();
      await expect.poll(openSockets).toBeLessThanOrEqual(sockets - trial.setup.nodes);
    });
  });
}

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((resource) => /^TCPSocket|^TLS/.test(resource)).length;
}
