import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MemcachedEngine } from '../../../src/engine/index.js';
import { type CachedQuery, lookupChannel, type QueryDefinition } from '../../../src/query-cache/index.js';
import { LEASE_SECONDS } from '../../../src/query-cache/loading/leases.js';
import { KeySpace } from '../../../src/query-cache/query/query-cache.keys.js';
import { Query } from '../../../src/query-cache/query/query-definition.js';
import { until } from '../../support/until.js';
import { CACHE_ENGINES } from './cache-engines.js';
import { type CacheNode, type CacheNodes, startCacheNodes } from './cache-nodes.js';
import { Database } from './database.js';

type Args = { id: string };

describe.each(CACHE_ENGINES)('the query cache on %s', (kind) => {
  let cluster: CacheNodes;
  let node: CacheNode;
  let other: CacheNode;
  let database: Database;
  let args: Args;
  beforeAll(async () => {
    cluster = await startCacheNodes(kind);
    [node, other] = cluster.nodes;
  });
  beforeEach(() => {
    database = new Database();
    args = { id: randomUUID() };
  });
  afterAll(() => cluster.close());

  type Changes = Partial<QueryDefinition<Args, unknown>>;
  const definition = (changes: Changes = {}) => ({
    name: `query-${randomUUID()}`,
    ttlSeconds: 60,
    load: database.load,
    ...changes,
  });
  const define = (changes: Changes = {}) => node.cache.define<Args, unknown>(definition(changes));
  function defineOnAll(changes: Changes = {}): CachedQuery<Args, unknown>[] {
    const shared = definition(changes);
    return cluster.nodes.map(({ cache }) => cache.define<Args, unknown>(shared));
  }
  const outcomeOf = async (query: CachedQuery<Args, unknown>, asked = args) => {
    const { value, lookup } = await query.read(asked);
    return { value, outcome: lookup.outcome, tier: lookup.tier };
  };
  const overwrite = async (key: string, text: string) => {
    const { engine } = node;
    if (engine instanceof MemcachedEngine) await engine.settle('set', () => engine.client.set(key, text));
    else await engine.client.set(key, text);
  };

  it('answers every node from memory after one load', async () => {
    const [here, there] = defineOnAll();
    expect(await outcomeOf(here!)).toEqual({ value: 'first', outcome: 'miss', tier: 'database' });
    expect(await outcomeOf(there!)).toEqual({ value: 'first', outcome: 'hit', tier: 'engine' });
  });

  it.each([[0], [''], [false], [[]], [{}], [{ ['__proto__']: { polluted: true } }]])(
    'keeps %j as it is',
    async (value) => {
      database.value = JSON.parse(JSON.stringify(value));
      const query = define();
      await query.get(args);
      expect(await outcomeOf(query)).toEqual({ value, outcome: 'hit', tier: 'engine' });
      expect({}).not.toHaveProperty('polluted');
    },
  );

  it('tells that there is nothing from memory, for a time of its own', async () => {
    database.value = null;
    const query = define({ negativeTtlSeconds: 5 });
    const { lookup } = await query.read(args);
    expect(lookup.ttlSeconds).toBeLessThanOrEqual(5);
    expect(await outcomeOf(query)).toEqual({ value: null, outcome: 'negative', tier: 'engine' });
    expect(query.counters.read()).toMatchObject({ negative: 1, hits: { engine: 0 }, loads: 1 });
  });

  it('lets entries that were loaded together end apart', async () => {
    const query = define({ ttlSeconds: 1_000 });
    const ids = Array.from({ length: 20 }, (_, i) => ({ id: `${args.id}-${i}` }));
    const answers = await Promise.all(ids.map((one) => query.read(one)));
    const ttls = answers.map(({ lookup }) => lookup.ttlSeconds ?? 0);
    expect(Math.min(...ttls)).toBeGreaterThanOrEqual(900);
    expect(Math.max(...ttls)).toBeLessThanOrEqual(1_000);
    expect(new Set(ttls).size).toBe(ids.length);
  });

  describe('one load in the cluster', () => {
    it('asks the database once for 500 who ask three nodes at once, and wakes all of them', async () => {
      const queries = defineOnAll();
      database.close();
      const asked = Array.from({ length: 500 }, (_, i) => queries[i % queries.length]!.read(args));
      await until(() => database.loads > 0);
      database.open();
      const answers = await Promise.all(asked);
      expect(database.loads).toBe(1);
      expect(new Set(answers.map(({ value }) => value))).toEqual(new Set(['first']));
      const counted = (outcome: string, tier: string) =>
        answers.filter(({ lookup }) => lookup.outcome === outcome && lookup.tier === tier).length;
      // One has loaded; those of its node waited for it, and on each other node all wait for that node.
      expect(counted('miss', 'database')).toBe(1);
      expect(counted('coalesced', 'database')).toBeGreaterThan(100);
      expect(counted('coalesced', 'engine')).toBeGreaterThan(200);
    });

    it('goes on after at most the lease’s 2 seconds when the node that loads dies', async () => {
      const dying = await cluster.start();
      const shared = definition();
      const onDying = dying.cache.define<Args, unknown>({
        ...shared,
        load: () => new Promise(() => undefined),
      });
      const query = node.cache.define<Args, unknown>(shared);
      void onDying.get(args).catch(() => undefined);
      await until(() => onDying.counters.read().loads === 1);
      dying.engine.close();
      const askedAt = performance.now();
      expect(await outcomeOf(query)).toMatchObject({ value: 'first', outcome: 'miss' });
      // Memcached counts whole seconds; the rest is the look after the end, and a busy machine.
      expect(performance.now() - askedAt).toBeLessThan(LEASE_SECONDS * 1000 + 1_500);
    });

    it('keeps its lease through a load that takes longer', async () => {
      const [here, there] = defineOnAll();
      database.close();
      const first = here!.read(args);
      await until(() => database.loads === 1);
      const second = outcomeOf(there!);
      const leaseWouldHaveEnded = performance.now() + 1.5 * LEASE_SECONDS * 1000;
      await until(() => performance.now() > leaseWouldHaveEnded);
      expect(database.loads).toBe(1);
      database.open();
      await first;
      expect(await second).toEqual({ value: 'first', outcome: 'coalesced', tier: 'engine' });
    });

    it('lets everyone on a node share the failure of a load, and asks anew afterwards', async () => {
      database.value = new Error('the database says no');
      const query = define();
      const answers = await Promise.allSettled(Array.from({ length: 50 }, () => query.read(args)));
      expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
      expect(query.counters.read()).toMatchObject({ errors: 50, loads: 1 });
      database.value = 'second';
      expect(await outcomeOf(query)).toMatchObject({ value: 'second', outcome: 'miss' });
    });

    it('gives a load up after its time', async () => {
      const query = define({ loadTimeoutSeconds: 0.05, load: () => new Promise(() => undefined) });
      await expect(query.get(args)).rejects.toMatchObject({
        code: 'E_LOAD_TIMED_OUT',
        message: expect.stringContaining('raise loadTimeoutSeconds'),
      });
    });
  });

  describe('invalidating', () => {
    it('a tag reaches every query and every node, and nothing else', async () => {
      const tagged = defineOnAll({ tags: ({ id }) => ['airports', `airport:${id}`] });
      const alsoTagged = defineOnAll({ tags: ({ id }) => [`airport:${id}`] });
      const all = [...tagged, ...alsoTagged];
      const untouched = { id: `${args.id}-other` };
      for (const query of all) for (const one of [args, untouched]) await query.get(one);
      expect(database.loads).toBe(4);
      expect(await other.cache.invalidateTag(`airport:${args.id}`)).toBe(true);
      database.value = 'second';
      for (const query of all) expect(await query.get(args)).toBe('second');
      for (const query of all) expect(await query.get(untouched)).toBe('first');
      expect(database.loads).toBe(6);
    });

    it('nothing at all is done at once', async () => {
      expect(await node.cache.invalidateTags([])).toBe(true);
    });

    it('a tag costs one command, whatever hangs under it', async () => {
      const query = define({ tags: ({ id }) => [id.slice(0, args.id.length)] });
      const all = Array.from({ length: 200 }, (_, i) => ({ id: `${args.id}-${i}` }));
      await Promise.all(all.map((one) => query.get(one)));
      const before = other.engine.statistics.done;
      expect(await other.cache.invalidateTag(args.id)).toBe(true);
      expect(other.engine.statistics.done - before).toBe(1);
      const outcomes = await Promise.all(all.map((one) => outcomeOf(query, one)));
      expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['miss']));
    });

    it.each([[''], [undefined], [7]])('a tag that is %j is refused', async (tag) => {
      await expect(node.cache.invalidateTag(tag as string)).rejects.toMatchObject({
        code: 'E_QUERY_ARGUMENTS',
        message: expect.stringContaining('Give texts such as "airport:JFK"'),
      });
    });

    it('arguments that are no data is refused', async () => {
      await expect(define().invalidate({ id: undefined } as never)).rejects.toMatchObject({
        code: 'E_QUERY_ARGUMENTS',
      });
    });

    it('one answer leaves the others', async () => {
      const [here, there] = defineOnAll();
      const untouched = { id: `${args.id}-other` };
      for (const one of [args, untouched]) await here!.get(one);
      await there!.invalidate(args);
      expect(await outcomeOf(here!)).toMatchObject({ outcome: 'miss' });
      expect(await outcomeOf(here!, untouched)).toMatchObject({ outcome: 'hit' });
    });

    it.each(['first', 'last'])('is not undone by a load that began before and stores %s', async (turn) => {
      const [here, there] = defineOnAll();
      database.close();
      const openOld = database.open;
      const old = here!.read(args);
      await until(() => database.loads === 1);
      await there!.invalidate(args);
      database.close();
      database.value = 'second';
      // Neither does it hold up who asks now, on either node.
      const fresh = Promise.all([here!.get(args), there!.get(args)]);
      await until(() => database.loads === 2);
      const endOld = async () => {
        openOld();
        expect((await old).value).toBe('first');
      };
      if (turn === 'first') await endOld();
      database.open();
      expect(await fresh).toEqual(['second', 'second']);
      if (turn === 'last') await endOld();
      expect(await here!.get(args)).toBe('second');
      // What it stored over the new one is not accepted, so that one is loaded again.
      expect(database.loads).toBe(turn === 'last' ? 3 : 2);
    });

    it('does not leave a stale answer to be served', async () => {
      const query = define({ ttlSeconds: 1, staleSeconds: 60 });
      await query.get(args);
      await query.invalidate(args);
      database.value = 'second';
      expect(await outcomeOf(query)).toEqual({ value: 'second', outcome: 'miss', tier: 'database' });
    });
  });

  describe('past its time', () => {
    it('an answer is served stale while one load in the cluster refreshes it', async () => {
      const queries = defineOnAll({ ttlSeconds: 1, staleSeconds: 60 });
      await queries[0]!.get(args);
      database.close();
      database.value = 'second';
      await until(async () => (await outcomeOf(queries[0]!)).outcome === 'stale');
      const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => queries[i % 3]!.read(args)));
      await until(() => database.loads > 1);
      expect(answers.map(({ value, lookup }) => [value, lookup.outcome])).toEqual(
        answers.map(() => ['first', 'stale']),
      );
      expect(Math.max(...answers.map(({ lookup }) => lookup.ttlSeconds ?? 0))).toBeLessThan(0);
      expect(database.loads).toBe(2);
      database.open();
      await until(async () => (await queries[2]!.get(args)) === 'second');
    });

    it('an answer is served stale while the database fails', async () => {
      const query = define({ ttlSeconds: 1, staleSeconds: 60 });
      await query.get(args);
      database.value = new Error('the database says no');
      await until(() => query.read(args).then(() => query.counters.read().failedRefreshes === 1));
      expect(await outcomeOf(query)).toEqual({ value: 'first', outcome: 'stale', tier: 'engine' });
      database.value = 'second';
      await until(async () => (await query.get(args)) === 'second');
    });
  });

  describe('what cannot be kept', () => {
    it('is served, not stored, and counted when it is too large', async () => {
      const small = await cluster.start({ largestValueBytes: 100 });
      const query = small.cache.define<Args, unknown>(definition());
      database.value = 'x'.repeat(100);
      expect((await query.read(args)).lookup).toMatchObject({
        outcome: 'miss',
        stored: false,
        ttlSeconds: null,
      });
      expect(query.counters.read()).toMatchObject({ oversized: 1 });
      expect(await outcomeOf(query)).toMatchObject({ outcome: 'miss' });
    });

    it.each([
      ['undefined', undefined, 'the whole is undefined. Give null'],
      ['a Date', { rows: [{ at: new Date(0) }] }, 'rows.0.at is a Date. Give text'],
      ['a bigint', { id: 1n }, 'id is a bigint'],
    ])('is refused with the name of the query when it is %s', async (_what, value, problem) => {
      database.value = value;
      const name = `query-${randomUUID()}`;
      await expect(define({ name }).get(args)).rejects.toMatchObject({
        code: 'E_QUERY_VALUE',
        message: expect.stringMatching(new RegExp(`^The query "${name}" .*${problem}`)),
      });
    });

    it.each([
      'not JSON',
      '"text"',
      '{"value":{"value":1}}',
      '{"value":null}',
      '[]',
      '{"__proto__":{"value":1}}',
    ])('is a miss and overwritten when somebody else has written %s', async (text) => {
      const own = definition();
      const query = node.cache.define<Args, unknown>(own);
      await query.get(args);
      await overwrite(new KeySpace(cluster.prefix).keysOf(new Query(own), args).entry, text);
      expect(await outcomeOf(query)).toMatchObject({ value: 'first', outcome: 'miss' });
      expect(await outcomeOf(query)).toMatchObject({ value: 'first', outcome: 'hit' });
    });
  });

  it('does not find what was stored in another shape', async () => {
    const own = definition();
    await node.cache.define<Args, unknown>(own).get(args);
    const changed = other.cache.define<Args, unknown>({ ...own, schemaVersion: 2 });
    expect(await outcomeOf(changed)).toMatchObject({ outcome: 'miss' });
  });

  it('counts and tells a lookup whose arguments are refused', async () => {
    const query = define();
    const told: unknown[] = [];
    const listen = (lookup: unknown) => void told.push(lookup);
    lookupChannel.subscribe(listen);
    await expect(query.read({ id: undefined } as never)).rejects.toMatchObject({ code: 'E_QUERY_ARGUMENTS' });
    lookupChannel.unsubscribe(listen);
    expect(told).toContainEqual(expect.objectContaining({ outcome: 'error', keyHash: null }));
    expect(query.counters.read()).toMatchObject({ errors: 1, loads: 0 });
  });

  it('never answers one scope with what is another’s', async () => {
    type Scoped = { tenant: string; id: string };
    let loads = 0;
    const query = node.cache.define<Scoped, string>({
      name: `query-${randomUUID()}`,
      ttlSeconds: 60,
      scope: ({ tenant }) => tenant,
      load: ({ tenant }) => {
        loads++;
        return Promise.resolve(tenant);
      },
    });
    const of = (tenant: string) => query.get({ tenant, ...args });
    expect(await Promise.all([of('a'), of('b')])).toEqual(['a', 'b']);
    expect(await Promise.all([of('a'), of('b')])).toEqual(['a', 'b']);
    expect(loads).toBe(2);
    await expect(of('')).rejects.toMatchObject({ code: 'E_QUERY_ARGUMENTS' });
  });

  it.skipIf(kind === 'memcached')(
    'is a miss and overwritten when somebody else has written a list',
    async () => {
      const own = definition();
      const { entry } = new KeySpace(cluster.prefix).keysOf(new Query(own), args);
      if (!(node.engine instanceof MemcachedEngine)) await node.engine.client.lPush(entry, 'x');
      const query = node.cache.define<Args, unknown>(own);
      expect(await outcomeOf(query)).toMatchObject({ outcome: 'miss' });
      expect(await outcomeOf(query)).toMatchObject({ outcome: 'hit' });
    },
  );

  describe('while the engine is away', () => {
    it('keeps invalidations, and applies them before this node reads there again', async () => {
      const [here, there] = defineOnAll({ tags: ({ id }) => [id] });
      await here!.get(args);
      cluster.server.pause();
      database.value = 'second';
      expect(await node.cache.invalidateTag(args.id)).toBe(false);
      expect(await outcomeOf(here!)).toEqual({ value: 'second', outcome: 'degraded', tier: 'database' });
      cluster.server.resume();
      await until(async () => (await outcomeOf(here!)).outcome !== 'degraded');
      expect(await here!.get(args)).toBe('second');
      await until(async () => (await there!.get(args)) === 'second');
    });

    it('answer and generations have been asked for together', async () => {
      const query = define({ tags: ({ id }) => [id] });
      // The end of the lease is told behind the answer's back; the second hit comes after it.
      for (let i = 0; i < 3; i++) await query.get(args);
      const unanswered = () => {
        const { refused, failed, unknown } = node.engine.statistics;
        return refused + failed + unknown;
      };
      const before = unanswered();
      cluster.server.pause();
      expect(await outcomeOf(query)).toMatchObject({ outcome: 'degraded' });
      // One after the other, nothing would have been sent after the first that stayed unanswered. Each call of Memcached has a
      // deadline of its own, which may pass a moment after the lookup was answered.
      const sent = kind === 'memcached' ? 3 : 1;
      await until(() => unanswered() - before >= sent);
      expect(unanswered() - before).toBe(sent);
      cluster.server.resume();
      await until(async () => (await outcomeOf(query)).outcome === 'hit');
    });

    it('one load answers those who ask one node at once, unless they have invalidated it', async () => {
      const query = define();
      await cluster.server.kill();
      await until(() => !node.engine.isReady);
      const answers = await Promise.all(Array.from({ length: 50 }, () => query.read(args)));
      expect(database.loads).toBe(1);
      expect(answers.map(({ lookup }) => lookup.stored)).not.toContain(true);
      database.close();
      const old = query.get(args);
      await until(() => database.loads === 2);
      await query.invalidate(args);
      database.value = 'second';
      const fresh = query.get(args);
      await until(() => database.loads === 3);
      database.open();
      expect(await Promise.all([old, fresh])).toEqual(['first', 'second']);
      await cluster.server.restart();
      await until(async () => (await outcomeOf(query)).outcome === 'hit');
    });
  });
});
