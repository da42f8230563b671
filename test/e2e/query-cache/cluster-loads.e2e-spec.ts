import { describe, expect, it } from 'vitest';
import { LEASE_SECONDS } from '../../../src/query-cache/loading/leases.js';
import { until } from '../../support/until.js';
import { CACHE_ENGINES } from './cache-engines.js';
import { type Args, CacheFixture } from './cache-fixture.js';

describe.each(CACHE_ENGINES)('the loads of three nodes on %s', (kind) => {
  const fixture = CacheFixture.on(kind);

  describe('of a missing answer', () => {
    it('query the database once for 500 concurrent callers on three nodes, and answer all of them', async () => {
      const queries = fixture.defineOnAll();
      fixture.database.close();
      const asked = Array.from({ length: 500 }, (_, i) => queries[i % queries.length]!.read(fixture.args));
      await until(() => fixture.database.loads > 0);
      fixture.database.open();
      const answers = await Promise.all(asked);
      expect(fixture.database.loads).toBe(1);
      expect(new Set(answers.map(({ value }) => value))).toEqual(new Set(['first']));
      const counted = (outcome: string, tier: string) =>
        answers.filter(({ lookup }) => lookup.outcome === outcome && lookup.tier === tier).length;
      // One caller has loaded; the others of its node share its load, and those of the other nodes wait for that node.
      expect(counted('miss', 'database')).toBe(1);
      expect(counted('coalesced', 'database')).toBeGreaterThan(100);
      expect(counted('coalesced', 'engine')).toBeGreaterThan(200);
    });

    it('continue on another node within the 2 seconds of the lease when the loading node dies', async () => {
      const dying = await fixture.cluster.start();
      const shared = fixture.definition();
      const onDying = dying.cache.define<Args, unknown>({
        ...shared,
        load: () => new Promise(() => undefined),
      });
      const query = fixture.node.cache.define<Args, unknown>(shared);
      void onDying.get(fixture.args).catch(() => undefined);
      await until(() => onDying.counters.read().loads === 1);
      dying.engine.close();
      const startedAt = performance.now();
      expect(await fixture.outcomeOf(query)).toMatchObject({ value: 'first', outcome: 'miss' });
      // Memcached counts whole seconds. The rest is the interval of polling, and a busy machine.
      expect(performance.now() - startedAt).toBeLessThan(LEASE_SECONDS * 1000 + 1_500);
    });

    it('keep the lease for longer than its 2 seconds while the load runs', async () => {
      const [here, there] = fixture.defineOnAll();
      fixture.database.close();
      const first = here!.read(fixture.args);
      await until(() => fixture.database.loads === 1);
      const second = there!.read(fixture.args);
      const expiryWithoutRenewal = performance.now() + 1.5 * LEASE_SECONDS * 1000;
      await until(() => performance.now() > expiryWithoutRenewal);
      expect(fixture.database.loads).toBe(1);
      fixture.database.open();
      expect((await first).lookup).toMatchObject({ outcome: 'miss', databaseMs: expect.any(Number) });
      const { value, lookup } = await second;
      expect(value).toBe('first');
      expect(lookup).toMatchObject({ outcome: 'coalesced', tier: 'engine', databaseMs: null });
      expect(lookup.waitMs).toBeGreaterThan(LEASE_SECONDS * 1000);
    });

    it('share a failure among the callers of a node, and query the database again afterwards', async () => {
      fixture.database.value = new Error('the database rejects');
      const query = fixture.define();
      const answers = await Promise.allSettled(Array.from({ length: 50 }, () => query.read(fixture.args)));
      expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
      expect(query.counters.read()).toMatchObject({ errors: 50, loads: 1 });
      fixture.database.value = 'second';
      expect(await fixture.outcomeOf(query)).toMatchObject({ value: 'second', outcome: 'miss' });
    });

    it('time out after loadTimeoutSeconds', async () => {
      const query = fixture.define({ loadTimeoutSeconds: 0.05, load: () => new Promise(() => undefined) });
      await expect(query.get(fixture.args)).rejects.toMatchObject({
        code: 'E_LOAD_TIMED_OUT',
        message: expect.stringContaining('raise loadTimeoutSeconds'),
      });
    });
  });

  describe('of a stale answer', () => {
    it('query the database once while all callers get the stale answer', async () => {
      const queries = fixture.defineOnAll({ ttlSeconds: 1, staleSeconds: 60 });
      await queries[0]!.get(fixture.args);
      fixture.database.close();
      fixture.database.value = 'second';
      await until(async () => (await fixture.outcomeOf(queries[0]!)).outcome === 'stale');
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, i) => queries[i % 3]!.read(fixture.args)),
      );
      await until(() => fixture.database.loads > 1);
      expect(answers.map(({ value, lookup }) => [value, lookup.outcome])).toEqual(
        answers.map(() => ['first', 'stale']),
      );
      expect(Math.max(...answers.map(({ lookup }) => lookup.ttlSeconds ?? 0))).toBeLessThan(0);
      expect(fixture.database.loads).toBe(2);
      fixture.database.open();
      await until(async () => (await queries[2]!.get(fixture.args)) === 'second');
    });

    it('fail without an effect on callers, who get the stale answer', async () => {
      const query = fixture.define({ ttlSeconds: 1, staleSeconds: 60 });
      await query.get(fixture.args);
      fixture.database.value = new Error('the database rejects');
      await until(() => query.read(fixture.args).then(() => query.counters.read().failedRefreshes === 1));
      expect(await fixture.outcomeOf(query)).toEqual({ value: 'first', outcome: 'stale', tier: 'engine' });
      fixture.database.value = 'second';
      await until(async () => (await query.get(fixture.args)) === 'second');
    });
  });
});
