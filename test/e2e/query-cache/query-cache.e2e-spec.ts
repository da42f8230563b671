import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MemcachedEngine } from '../../../src/engine/index.js';
import { lookupChannel } from '../../../src/query-cache/index.js';
import { Query } from '../../../src/query-cache/query/query.js';
import { CACHE_ENGINES } from './cache-engines.js';
import { type Args, CacheFixture } from './cache-fixture.js';
import { commandsOf } from '../../support/commands-of.js';

describe.each(CACHE_ENGINES)('CachedQuery.read() on %s', (kind) => {
  const fixture = CacheFixture.on(kind);

  const overwrite = async (key: string, text: string) => {
    const { engine } = fixture.node;
    if (engine instanceof MemcachedEngine) await engine.set(key, text);
    else await commandsOf(engine).set(key, text);
  };

  it('answers every node from memory after one load', async () => {
    const [here, there] = fixture.defineOnAll();
    expect(await fixture.outcomeOf(here!)).toEqual({ value: 'first', outcome: 'miss', tier: 'database' });
    expect(await fixture.outcomeOf(there!)).toEqual({ value: 'first', outcome: 'hit', tier: 'engine' });
  });

  it.each([[0], [''], [false], [[]], [{}], [{ ['__proto__']: { polluted: true } }]])(
    'returns %j from memory as it was loaded',
    async (value) => {
      fixture.database.value = JSON.parse(JSON.stringify(value));
      const query = fixture.define();
      await query.get(fixture.args);
      expect(await fixture.outcomeOf(query)).toEqual({ value, outcome: 'hit', tier: 'engine' });
      expect({}).not.toHaveProperty('polluted');
    },
  );

  it('answers null from memory, for its own negativeTtlSeconds', async () => {
    fixture.database.value = null;
    const query = fixture.define({ negativeTtlSeconds: 5 });
    const { lookup } = await query.read(fixture.args);
    expect(lookup.ttlSeconds).toBeLessThanOrEqual(5);
    expect(await fixture.outcomeOf(query)).toEqual({ value: null, outcome: 'negative', tier: 'engine' });
    expect(query.counters.read()).toMatchObject({ negative: 1, hits: { engine: 0 }, loads: 1 });
  });

  it('lets answers that were loaded together expire at different times', async () => {
    const query = fixture.define({ ttlSeconds: 1_000 });
    const ids = Array.from({ length: 20 }, (_, i) => ({ id: `${fixture.args.id}-${i}` }));
    const answers = await Promise.all(ids.map((one) => query.read(one)));
    const ttls = answers.map(({ lookup }) => lookup.ttlSeconds ?? 0);
    expect(Math.min(...ttls)).toBeGreaterThanOrEqual(900);
    expect(Math.max(...ttls)).toBeLessThanOrEqual(1_000);
    expect(new Set(ttls).size).toBe(ids.length);
  });

  describe('with an answer that cannot be cached', () => {
    it('serves a too large answer without storing it, and counts it', async () => {
      const small = await fixture.cluster.start({ largestValueBytes: 100 });
      const query = small.cache.define<Args, unknown>(fixture.definition());
      fixture.database.value = 'x'.repeat(100);
      expect((await query.read(fixture.args)).lookup).toMatchObject({
        outcome: 'miss',
        stored: false,
        ttlSeconds: null,
      });
      expect(query.counters.read()).toMatchObject({ oversized: 1 });
      expect(await fixture.outcomeOf(query)).toMatchObject({ outcome: 'miss' });
    });

    it.each([
      ['undefined', undefined, 'the whole is undefined. Use null'],
      ['a Date', { rows: [{ at: new Date(0) }] }, 'rows.0.at is a Date. Use text'],
      ['a bigint', { id: 1n }, 'id is a bigint'],
    ])('rejects with the name of the query when the load returns %s', async (_what, value, problem) => {
      fixture.database.value = value;
      const name = `query-${randomUUID()}`;
      await expect(fixture.define({ name }).get(fixture.args)).rejects.toMatchObject({
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
    ])('is a miss when the key holds %s, and overwrites it', async (text) => {
      const own = fixture.definition();
      const query = fixture.node.cache.define<Args, unknown>(own);
      await query.get(fixture.args);
      await overwrite(fixture.node.store.keys.keysOf(new Query(own), fixture.args).entry, text);
      expect(await fixture.outcomeOf(query)).toMatchObject({ value: 'first', outcome: 'miss' });
      expect(await fixture.outcomeOf(query)).toMatchObject({ value: 'first', outcome: 'hit' });
    });
  });

  it('does not find an answer of another schemaVersion', async () => {
    const own = fixture.definition();
    await fixture.node.cache.define<Args, unknown>(own).get(fixture.args);
    const changed = fixture.other.cache.define<Args, unknown>({ ...own, schemaVersion: 2 });
    expect(await fixture.outcomeOf(changed)).toMatchObject({ outcome: 'miss' });
  });

  it('counts and publishes a lookup whose arguments are rejected', async () => {
    const query = fixture.define();
    const published: unknown[] = [];
    const listen = (lookup: unknown) => void published.push(lookup);
    lookupChannel.subscribe(listen);
    await expect(query.read({ id: 1n } as never)).rejects.toMatchObject({ code: 'E_QUERY_ARGUMENTS' });
    lookupChannel.unsubscribe(listen);
    expect(published).toContainEqual(expect.objectContaining({ outcome: 'error', keyHash: null }));
    expect(query.counters.read()).toMatchObject({ errors: 1, loads: 0 });
  });

  it('never returns the answer of another scope', async () => {
    type Scoped = { tenant: string; id: string };
    let loads = 0;
    const query = fixture.node.cache.define<Scoped, string>({
      name: `query-${randomUUID()}`,
      ttlSeconds: 60,
      scope: ({ tenant }) => tenant,
      load: ({ tenant }) => {
        loads++;
        return Promise.resolve(tenant);
      },
    });
    const of = (tenant: string) => query.get({ tenant, ...fixture.args });
    expect(await Promise.all([of('a'), of('b')])).toEqual(['a', 'b']);
    expect(await Promise.all([of('a'), of('b')])).toEqual(['a', 'b']);
    expect(loads).toBe(2);
    await expect(of('')).rejects.toMatchObject({ code: 'E_QUERY_ARGUMENTS' });
  });

  it.skipIf(kind === 'memcached')(
    'is a miss when the key holds a sorted set, and overwrites it',
    async () => {
      const own = fixture.definition();
      const { entry } = fixture.node.store.keys.keysOf(new Query(own), fixture.args);
      if (!(fixture.node.engine instanceof MemcachedEngine))
        await commandsOf(fixture.node.engine).zAdd(entry, { score: 1, value: 'x' });
      const query = fixture.node.cache.define<Args, unknown>(own);
      expect(await fixture.outcomeOf(query)).toMatchObject({ outcome: 'miss' });
      expect(await fixture.outcomeOf(query)).toMatchObject({ outcome: 'hit' });
    },
  );
});
