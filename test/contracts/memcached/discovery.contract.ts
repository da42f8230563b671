import { describe, expect, it } from 'vitest';
import type { LocalMemcached } from '../../../local/index.js';
import { startFaultProxy } from '../../../local/index.js';
import type { MemcachedEngine } from '../../../src/engine/index.js';
import { outcomeOf } from '../engine-trial.js';
import { until } from '../../support/until.js';
import { isDone, type MemcachedTrial, outcomesOn } from '../memcached-trial.js';

/** Nodes that are added and removed behind a configuration endpoint. */
export function describeMemcachedDiscovery(trial: MemcachedTrial): void {
  describe.runIf(trial.setup.isDiscovered)('with a configuration endpoint', () => {
    it('moves about 1/n of the keys to a node that is added, and back when it is removed, without a failed call', async () => {
      const { cluster, engine } = trial;
      const keys = trial.keys(1_000);
      await Promise.all(keys.map((key) => trial.set(key, key)));
      const before = ownersOf(engine, keys);
      const outcomes: string[] = [];
      let node: LocalMemcached | undefined;
      await whileCalling(engine, keys, outcomes, async () => {
        node = await cluster.addNode();
        await until(() => nodesOf(engine, keys) === cluster.nodes.length);
      });
      const after = ownersOf(engine, keys);
      const moved = keys.filter((_, i) => before[i] !== after[i]);
      expect(new Set(moved.map((key) => engine.addressFor(key)))).toEqual(
        new Set([`localhost:${node?.port}`]),
      );
      const share = 1 / cluster.nodes.length;
      expect(moved.length / keys.length).toBeGreaterThan(0.6 * share);
      expect(moved.length / keys.length).toBeLessThan(1.4 * share);
      const found = await Promise.all(keys.map((key) => trial.textOf(key)));
      expect(found.filter((text) => text === null)).toHaveLength(moved.length);
      await whileCalling(engine, keys, outcomes, async () => {
        if (node) cluster.removeNode(node);
        await until(() => nodesOf(engine, keys) === cluster.nodes.length);
      });
      expect(ownersOf(engine, keys)).toEqual(before);
      expect(outcomes.length).toBeGreaterThan(1_000);
      expect(outcomes.every(isDone)).toBe(true);
      await node?.stop();
      expect(await outcomesOn(engine, keys)).toEqual(keys.map(() => 'done'));
      expect(engine.report()).toMatchObject({ state: 'ready', reason: null, advice: null });
    });

    it('keeps using the nodes that it knows while the endpoint is down, says so, and sees later changes', async () => {
      const { cluster } = trial;
      const proxy = await startFaultProxy({ target: cluster.endpoint });
      trial.afterTest(() => proxy.stop());
      const engine = trial.connect(proxy.through(cluster.url));
      await until(() => engine.isReady);
      proxy.refuse();
      proxy.reset();
      await until(() => engine.report().advice !== null);
      expect(engine.report()).toMatchObject({
        state: 'ready',
        reason: null,
        breaker: 'closed',
        advice: expect.stringMatching(/^Nodes that are added get no keys.*is refused\. Start/),
      });
      const keys = trial.keys(100);
      const node = await cluster.addNode();
      trial.afterTest(() => node.stop());
      trial.afterTest(() => cluster.removeNode(node));
      expect((await outcomesOn(engine, keys)).every(isDone)).toBe(true);
      expect(nodesOf(engine, keys)).toBe(trial.setup.nodes);
      await proxy.heal();
      await until(() => nodesOf(engine, keys) === trial.setup.nodes + 1);
      await until(() => engine.report().advice === null);
    });

    it('becomes ready by itself when the endpoint is down at the start', async () => {
      const { cluster } = trial;
      const proxy = await startFaultProxy({ target: cluster.endpoint });
      trial.afterTest(() => proxy.stop());
      proxy.refuse();
      const engine = trial.connect(proxy.through(cluster.url));
      expect(await engine.firstAttempt).toEqual({ isWrongUrl: false });
      expect(engine.report()).toMatchObject({ state: 'down', reason: expect.stringMatching(/is refused/) });
      expect(await outcomeOf(engine.get('key'))).toBe('refused');
      await proxy.heal();
      await until(() => engine.isReady);
    });
  });
}

function ownersOf(engine: MemcachedEngine, keys: string[]): (string | undefined)[] {
  return keys.map((key) => engine.addressFor(key));
}

function nodesOf(engine: MemcachedEngine, keys: string[]): number {
  return new Set(ownersOf(engine, keys)).size;
}

/** Reads keys one after the other until the change has happened, and a little longer. */
async function whileCalling(
  engine: MemcachedEngine,
  keys: string[],
  outcomes: string[],
  change: () => Promise<void>,
): Promise<void> {
  let isChanging = true;
  const calling = (async () => {
    for (let rest = 2; rest > 0; rest -= isChanging ? 0 : 1)
      outcomes.push(...(await outcomesOn(engine, keys)));
  })();
  try {
    await change();
  } finally {
    isChanging = false;
    await calling;
  }
}
