import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { CACHE_ENGINES } from './cache-engines.js';
import { CacheFixture } from './cache-fixture.js';

describe.each(CACHE_ENGINES)('invalidation on %s', (kind) => {
  const fixture = CacheFixture.on(kind);

  describe('with an engine that answers', () => {
    it('by tag invalidates the answers with this tag of every query on every node, and no other answer', async () => {
      const tagged = fixture.defineOnAll({ tags: ({ id }) => ['airports', `airport:${id}`] });
      const alsoTagged = fixture.defineOnAll({ tags: ({ id }) => [`airport:${id}`] });
      const all = [...tagged, ...alsoTagged];
      const untouched = { id: `${fixture.args.id}-other` };
      for (const query of all) for (const one of [fixture.args, untouched]) await query.get(one);
      expect(fixture.database.loads).toBe(4);
      expect(await fixture.other.cache.invalidateTag(`airport:${fixture.args.id}`)).toBe(true);
      fixture.database.value = 'second';
      for (const query of all) expect(await query.get(fixture.args)).toBe('second');
      for (const query of all) expect(await query.get(untouched)).toBe('first');
      expect(fixture.database.loads).toBe(6);
    });

    it('of a whole query invalidates its answers with all arguments on every node, and no other answer', async () => {
      const name = `query-${fixture.args.id}`;
      const whole = fixture.defineOnAll({ name });
      // Its name begins with that of the other.
      const untouched = fixture.defineOnAll({ name: `${name}-other` });
      const all = [fixture.args, { id: `${fixture.args.id}-other` }];
      for (const query of [...whole, ...untouched]) for (const one of all) await query.get(one);
      expect(await fixture.other.cache.invalidateQuery(name)).toBe(true);
      fixture.database.value = 'second';
      for (const one of all) {
        for (const query of whole) expect(await query.get(one)).toBe('second');
        for (const query of untouched) expect(await query.get(one)).toBe('first');
      }
    });

    it('of everything invalidates the answers of all queries on every node', async () => {
      const queries = [...fixture.defineOnAll(), ...fixture.defineOnAll({ tags: ({ id }) => [id] })];
      for (const query of queries) await query.get(fixture.args);
      expect(await fixture.other.cache.invalidateAll()).toBe(true);
      fixture.database.value = 'second';
      for (const query of queries) expect(await query.get(fixture.args)).toBe('second');
    });

    it('of a query that is not defined is rejected and names the others', async () => {
      await expect(fixture.node.cache.invalidateQuery('none')).rejects.toMatchObject({
        code: 'E_QUERY_UNKNOWN',
      });
    });

    it('of no tags at all is confirmed', async () => {
      expect(await fixture.node.cache.invalidateTags([])).toBe(true);
    });

    it.each([
      ['by tag', 1, (id: string) => fixture.other.cache.invalidateTag(id)],
      ['of a query', 16, (id: string) => fixture.other.cache.invalidateQuery(`query-${id}`)],
      ['of everything', 16, () => fixture.other.cache.invalidateAll()],
    ])(
      '%s costs one command for 200 answers, on a cluster and Memcached %d',
      async (_what, onSeveral, invalidate) => {
        const [query] = fixture.defineOnAll({
          name: `query-${fixture.args.id}`,
          tags: ({ id }) => [id.slice(0, fixture.args.id.length)],
        });
        const all = Array.from({ length: 200 }, (_, i) => ({ id: `${fixture.args.id}-${i}` }));
        await Promise.all(all.map((one) => query!.get(one)));
        const before = fixture.other.engine.statistics.done;
        expect(await invalidate(fixture.args.id)).toBe(true);
        const isSpread = kind === 'memcached' || fixture.cluster.server.url.includes('+cluster:');
        expect(fixture.other.engine.statistics.done - before).toBe(isSpread ? onSeveral : 1);
        const outcomes = await Promise.all(all.map((one) => fixture.outcomeOf(query!, one)));
        expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['miss']));
      },
    );

    it.each([[''], [undefined], [7]])('rejects the tag %j', async (tag) => {
      await expect(fixture.node.cache.invalidateTag(tag as string)).rejects.toMatchObject({
        code: 'E_QUERY_ARGUMENTS',
        message: expect.stringContaining('Use texts such as "airport:JFK"'),
      });
    });

    it('rejects arguments that JSON would change', async () => {
      await expect(fixture.define().invalidate({ id: 1n } as never)).rejects.toMatchObject({
        code: 'E_QUERY_ARGUMENTS',
      });
    });

    it('by arguments invalidates one answer and no other', async () => {
      const [here, there] = fixture.defineOnAll();
      const untouched = { id: `${fixture.args.id}-other` };
      for (const one of [fixture.args, untouched]) await here!.get(one);
      await there!.invalidate(fixture.args);
      expect(await fixture.outcomeOf(here!)).toMatchObject({ outcome: 'miss' });
      expect(await fixture.outcomeOf(here!, untouched)).toMatchObject({ outcome: 'hit' });
    });

    it.each(['first', 'last'])(
      'is not undone by a load that began before and stores its answer %s',
      async (turn) => {
        const [here, there] = fixture.defineOnAll();
        fixture.database.close();
        const openOld = fixture.database.open;
        const old = here!.read(fixture.args);
        await until(() => fixture.database.loads === 1);
        await there!.invalidate(fixture.args);
        fixture.database.close();
        fixture.database.value = 'second';
        // The old load does not delay new callers on either node.
        const fresh = Promise.all([here!.get(fixture.args), there!.get(fixture.args)]);
        await until(() => fixture.database.loads === 2);
        const endOld = async () => {
          openOld();
          expect((await old).value).toBe('first');
        };
        if (turn === 'first') await endOld();
        fixture.database.open();
        expect(await fresh).toEqual(['second', 'second']);
        if (turn === 'last') await endOld();
        expect(await here!.get(fixture.args)).toBe('second');
        // The old load has overwritten the new answer. It is not accepted, so there is one more load.
        expect(fixture.database.loads).toBe(turn === 'last' ? 3 : 2);
      },
    );

    it('also invalidates a stale answer', async () => {
      const query = fixture.define({ ttlSeconds: 1, staleSeconds: 60 });
      await query.get(fixture.args);
      await query.invalidate(fixture.args);
      fixture.database.value = 'second';
      expect(await fixture.outcomeOf(query)).toEqual({ value: 'second', outcome: 'miss', tier: 'database' });
    });
  });

  describe('while the engine is down', () => {
    it('is detected without another round trip: answer and validity tokens are read together', async () => {
      const query = fixture.define({ tags: ({ id }) => [id] });
      // The lease is released after the answer was returned; the second hit comes after that.
      for (let i = 0; i < 3; i++) await query.get(fixture.args);
      const unanswered = () => {
        const { refused, failed, unknown } = fixture.node.engine.statistics;
        return refused + failed + unknown;
      };
      const before = unanswered();
      fixture.cluster.server.pause();
      expect(await fixture.outcomeOf(query)).toMatchObject({ outcome: 'degraded' });
      // One by one, nothing would have been sent after the first unanswered call. Each call has its own deadline, which may pass a
      // moment after the lookup was answered. In a cluster the two tokens can have the same slot.
      const isCluster = fixture.cluster.server.url.includes('+cluster:');
      const [fewest, most] = kind === 'memcached' ? [5, 5] : isCluster ? [2, 3] : [1, 1];
      await until(() => unanswered() - before >= fewest);
      expect(unanswered() - before).toBeLessThanOrEqual(most);
      fixture.cluster.server.resume();
      await until(async () => (await fixture.outcomeOf(query)).outcome === 'hit');
    });

    it.each([
      ['by tag', (id: string) => fixture.node.cache.invalidateTag(id)],
      ['of a query', (id: string) => fixture.node.cache.invalidateQuery(`query-${id}`)],
      ['of everything', () => fixture.node.cache.invalidateAll()],
    ])('%s is kept, and applied before this node reads the engine again', async (_what, invalidate) => {
      const [here, there] = fixture.defineOnAll({ name: `query-${fixture.args.id}`, tags: ({ id }) => [id] });
      await here!.get(fixture.args);
      fixture.cluster.server.pause();
      fixture.database.value = 'second';
      expect(await invalidate(fixture.args.id)).toBe(false);
      expect(await fixture.outcomeOf(here!)).toEqual({
        value: 'second',
        outcome: 'degraded',
        tier: 'database',
      });
      fixture.cluster.server.resume();
      await until(async () => (await fixture.outcomeOf(here!)).outcome !== 'degraded');
      expect(await here!.get(fixture.args)).toBe('second');
      await until(async () => (await there!.get(fixture.args)) === 'second');
    });

    it('stops callers of this node from sharing an older load, which all others share', async () => {
      const query = fixture.define();
      await fixture.cluster.server.kill();
      await until(() => !fixture.node.engine.isReady);
      const answers = await Promise.all(Array.from({ length: 50 }, () => query.read(fixture.args)));
      expect(fixture.database.loads).toBe(1);
      expect(answers.map(({ lookup }) => lookup.stored)).not.toContain(true);
      fixture.database.close();
      const old = query.get(fixture.args);
      await until(() => fixture.database.loads === 2);
      await query.invalidate(fixture.args);
      fixture.database.value = 'second';
      const fresh = query.get(fixture.args);
      await until(() => fixture.database.loads === 3);
      fixture.database.open();
      expect(await Promise.all([old, fresh])).toEqual(['first', 'second']);
      await fixture.cluster.server.restart();
      await until(async () => (await fixture.outcomeOf(query)).outcome === 'hit');
    });
  });
});
