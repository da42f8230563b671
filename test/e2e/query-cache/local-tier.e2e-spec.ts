import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisEngine } from '../../../src/engine/index.js';
import type { CachedQuery, QueryDefinition } from '../../../src/query-cache/index.js';
import { until } from '../../support/until.js';
import { CACHE_ENGINES } from './cache-engines.js';
import { type CacheNodes, startCacheNodes } from './cache-nodes.js';
import { Database } from './database.js';

type Args = { id: string };

/** The module serves no answer from the local tier for longer than this after an invalidation. */
const LOCAL_PROMISE_MS = 1_000;
const LOCAL_TIER_BYTES = 1_000_000;

describe.each(CACHE_ENGINES)('the local tier on %s', (kind) => {
  let nodes: CacheNodes;
  let database: Database;
  let args: Args;
  beforeAll(async () => {
    const options = { localTierBytes: LOCAL_TIER_BYTES };
    nodes = await startCacheNodes(kind, options);
  });
  beforeEach(() => {
    database = new Database();
    args = { id: randomUUID() };
  });
  afterAll(() => nodes.close());

  const defineOn = (
    caches: CacheNodes['nodes'][number][],
    changes: Partial<QueryDefinition<Args, unknown>> = {},
  ) => {
    const name = `query-${randomUUID()}`;
    return caches.map(({ cache }) =>
      cache.define<Args, unknown>({
        name,
        ttlSeconds: 60,
        tags: ({ id }) => [id],
        load: database.load,
        ...changes,
      }),
    );
  };
  const outcomeOf = async (query: CachedQuery<Args, unknown> | undefined, asked = args) => {
    const { lookup } = (await query?.read(asked)) ?? {};
    return `${lookup?.outcome} ${lookup?.tier}`;
  };
  /** Reads until the local tier has the answer: after one hit in the engine, unless a token has just changed. */
  const keep = (query: CachedQuery<Args, unknown> | undefined, asked = args) =>
    until(async () => (await outcomeOf(query, asked)) === 'hit local');
  const passes = (ms: number) => {
    const end = performance.now() + ms;
    return until(() => performance.now() > end);
  };

  it.each([25, -25])(
    'returns the right ttl and age of a hit when the clock jumps by %i hours',
    async (hours) => {
      const [here] = defineOn(nodes.nodes);
      await keep(here);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
      const { lookup } = await here!.read(args).finally(() => vi.useRealTimers());
      expect(lookup).toMatchObject({ outcome: 'hit', tier: 'local' });
      expect(lookup.ttlSeconds).toBeGreaterThan(40);
      expect(lookup.ttlSeconds).toBeLessThanOrEqual(60);
      expect(lookup.ageSeconds).toBeLessThan(20);
    },
  );

  it('answers without an engine call after a load of this node and after an engine hit', async () => {
    const [here, there] = defineOn(nodes.nodes);
    expect(await outcomeOf(here)).toBe('miss database');
    await keep(here);
    expect(await outcomeOf(there)).toBe('hit engine');
    await keep(there);
    const asked = nodes.nodes[1].engine.statistics.done;
    const { hits } = there!.counters.read();
    for (let i = 0; i < 100; i++) await there!.get(args);
    expect(there!.counters.read().hits).toEqual({ local: hits.local + 100, engine: hits.engine });
    // Calls of the engine's own heartbeat are not counted.
    expect(nodes.nodes[1].engine.statistics.done).toBe(asked);
    expect(database.loads).toBe(1);
  });

  const invalidations: [string, (query: CachedQuery<Args, unknown>) => Promise<boolean>][] = [
    ['tag', () => nodes.nodes[0].cache.invalidateTag(args.id)],
    ['arguments', (query) => query.invalidate(args)],
    ['query', ({ name }) => nodes.nodes[0].cache.invalidateQuery(name)],
    ['everything', () => nodes.nodes[0].cache.invalidateAll()],
  ];

  it.each(invalidations)(
    'serves no old answer on the node that invalidates by %s',
    async (_by, invalidate) => {
      const [query] = defineOn(nodes.nodes);
      await keep(query);
      database.value = 'second';
      await invalidate(query!);
      expect(await query?.get(args)).toBe('second');
    },
  );

  it.each(invalidations)(
    'serves no old answer on other nodes after the push of an invalidation by %s, and after one second at the latest',
    async (_by, invalidate) => {
      const [here, there] = defineOn(nodes.nodes);
      await keep(here);
      await keep(there);
      await invalidate(here!);
      database.value = 'second';
      const { engine } = nodes.nodes[1];
      if (engine instanceof RedisEngine) await until(async () => (await there!.get(args)) === 'second');
      else await passes(LOCAL_PROMISE_MS);
      expect(await there!.get(args)).toBe('second');
    },
  );

  it('keeps its answers while other nodes load answers with the same tag', async () => {
    const tag = randomUUID();
    const [here, there] = defineOn(nodes.nodes, { tags: () => [tag] });
    await keep(there);
    expect(await outcomeOf(here, { id: randomUUID() })).toBe('miss database');
    await passes(100);
    expect(await outcomeOf(there)).toBe('hit local');
  });

  it('never extends the life of an answer', async () => {
    const [query, other] = defineOn(nodes.nodes, { ttlSeconds: 1, staleSeconds: 1 });
    await query?.get(args);
    await keep(other);
    database.value = new Error('the database rejects');
    const answerOf = () => other?.get(args).catch((error: Error) => error.message);
    await expect.poll(answerOf, { timeout: 10_000 }).toBe('the database rejects');
  });

  it('serves stale answers while one load in the cluster refreshes them', async () => {
    const queries = defineOn(nodes.nodes, { ttlSeconds: 1, staleSeconds: 60 });
    for (const query of queries) await keep(query);
    database.value = 'second';
    database.close();
    const { loads } = database;
    for (const query of queries) await until(async () => (await outcomeOf(query)) === 'stale local');
    database.open();
    for (const query of queries) await until(async () => (await query.get(args)) === 'second');
    expect(database.loads).toBe(loads + 1);
  });

  it('gives each caller its own copy of the value', async () => {
    database.value = { rows: [1] };
    const [query] = defineOn(nodes.nodes);
    await keep(query);
    const mine = (await query?.get(args)) as { rows: number[] };
    mine.rows.push(2);
    expect(await query?.get(args)).toEqual({ rows: [1] });
  });

  it('has the new answer after a reload on this node', async () => {
    const [query] = defineOn(nodes.nodes);
    await keep(query);
    database.value = 'second';
    await query?.refresh(args);
    expect(await query?.get(args)).toBe('second');
  });

  it('uses at most localTierBytes and evicts the least recently used answers', async () => {
    const small = await nodes.start({ localTierBytes: 50_000 });
    const [query] = defineOn([small]);
    database.value = 'x'.repeat(5_000);
    const all = Array.from({ length: 20 }, (_, i) => ({ id: `${args.id}-${i}` }));
    for (const one of all) await keep(query, one);
    const outcomes = [];
    for (const one of all.toReversed()) outcomes.push(await outcomeOf(query, one));
    const local = outcomes.filter((outcome) => outcome === 'hit local').length;
    expect(local).toBeGreaterThan(0);
    expect(local).toBeLessThan(10);
    const { bytes, evictions } = small.cache.stats().localTier;
    expect(bytes).toBeLessThanOrEqual(50_000);
    expect(evictions).toBeGreaterThanOrEqual(10);
  });

  it.skipIf(kind === 'memcached')(
    'serves nothing a second after the invalidation feed broke silently',
    async () => {
      const [query] = defineOn(nodes.nodes);
      await keep(query);
      nodes.server.pause();
      await passes(LOCAL_PROMISE_MS);
      expect(await outcomeOf(query)).toBe('degraded database');
      nodes.server.resume();
      await keep(query);
    },
  );
});
