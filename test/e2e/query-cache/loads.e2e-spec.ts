import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalEngine } from '../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import type { QueryDefinition } from '../../../src/query-cache/index.js';
import { tryLease } from '../../../src/query-cache/loading/leases.js';
import { leaseKey } from '../../../src/query-cache/query/query-cache.keys.js';
import { QueryCacheStore } from '../../../src/query-cache/tiers/query-cache.store.js';
import { Query } from '../../../src/query-cache/query/query.js';
import { installed } from '../../support/app.js';
import { until } from '../../support/until.js';
import { startTestEngine } from '../../support/profiles/test-engine.js';
import { type CacheNode, type CacheNodes, startNodesOn } from './cache-nodes.js';
import { Database } from './database.js';

type Args = { id: string };

const CONCURRENT_LOADS = 2;
const HOUR_SECONDS = 3_600;

describe('loads of the query cache', () => {
  let server: LocalEngine;
  let nodes: CacheNodes;
  let node: CacheNode;
  let database: Database;
  let args: Args;
  beforeAll(async () => {
    const [kind = 'valkey'] = installed('valkey', 'redis') as ('valkey' | 'redis')[];
    server = await startTestEngine(kind);
    nodes = await startNodesOn(server, { concurrentLoads: CONCURRENT_LOADS });
    [node] = nodes.nodes;
  });
  beforeEach(() => {
    database = new Database();
    args = { id: randomUUID() };
  });
  afterAll(() => nodes.close());

  type Changes = Partial<QueryDefinition<Args, unknown>>;
  const definition = (changes: Changes = {}) => ({
    name: `query-${randomUUID()}`,
    ttlSeconds: 60,
    load: database.load,
    ...changes,
  });
  const define = (changes: Changes = {}) => node.cache.define<Args, unknown>(definition(changes));

  it('run on all nodes at once, not one by one, when the answer cannot be stored', async () => {
    const small = await Promise.all([1, 2, 3].map(() => nodes.start({ largestValueBytes: 10 })));
    const shared = definition();
    database.value = 'x'.repeat(100);
    database.close();
    const openFirst = database.open;
    const before = await writesOf(server);
    const [first, ...others] = small.map(({ cache }) => cache.define<Args, unknown>(shared));
    const loading = first!.get(args);
    await until(() => database.loads === 1);
    const waiting = others.map((query) => query.get(args));
    // A validity token, and the lease request of each node. Replicas repeat some of them.
    await until(async () => (await writesOf(server)) - before >= 4);
    database.close();
    openFirst();
    await loading;
    await until(() => database.loads === 3);
    database.open();
    expect(await Promise.all(waiting)).toEqual([database.value, database.value]);
  });

  it('give a caller that finds a stale answer the new one within softTimeoutSeconds', async () => {
    const query = define({ ttlSeconds: 1, staleSeconds: 60, softTimeoutSeconds: 1 });
    await query.get(args);
    database.close();
    await until(async () => (await query.read(args)).lookup.outcome === 'stale');
    database.value = 'second';
    database.open();
    // The load that has begun returns the first value; the next one returns the second.
    await until(async () => (await query.get(args)) === 'second');
    let expired: string | undefined;
    await until(async () => {
      const { lookup } = await query.read(args);
      if (lookup.outcome !== 'hit') expired = lookup.outcome;
      return expired !== undefined;
    });
    expect(expired).toBe('coalesced');
  });

  it('return the answer while the engine is silent, without waiting until it is stored', async () => {
    // No call's deadline has passed when a lookup stops waiting for the engine.
    const impatient = await nodes.start({ engineSoftTimeoutMs: 50 });
    const query = impatient.cache.define<Args, unknown>(definition());
    database.close();
    const asked = query.read(args);
    await until(() => database.loads === 1);
    server.pause();
    const { unknown } = impatient.engine.statistics;
    database.open();
    const { value, lookup } = await asked;
    expect([value, lookup.outcome, lookup.stored]).toEqual(['first', 'miss', false]);
    expect(impatient.engine.statistics.unknown).toBe(unknown);
    server.resume();
    await until(async () => (await query.read(args)).lookup.outcome === 'hit');
  });

  it('are not delayed by a lease whose acquisition got no reply: it is removed', async () => {
    await server.command('CONFIG', 'RESETSTAT');
    const engine = new RedisEngine(parseEngineUrl(server.url), 200);
    engine.start();
    await until(() => engine.isReady);
    const store = new QueryCacheStore({ engine, keyPrefix: nodes.prefix, concurrentLoads: 1 });
    const keys = nodes.nodes[0].store.keys.keysOf(new Query(definition()), args);
    server.pause();
    await expect(tryLease(store, keys, ['token'])).rejects.toMatchObject({ outcome: 'unknown' });
    server.resume();
    // Long before it would have expired.
    await until(async () => String(await server.command('INFO', 'commandstats')).includes('cmdstat_unlink'));
    expect(await server.command('EXISTS', leaseKey(keys.entry, ['token']))).toBe(0);
    await store.onApplicationShutdown();
    engine.close();
  });

  it('give callers on other nodes that find a stale answer the new one, too', async () => {
    const shared = definition({ ttlSeconds: 1, staleSeconds: 60, softTimeoutSeconds: 20 });
    const [here, there] = nodes.nodes.map(({ cache }) => cache.define<Args, unknown>(shared));
    await here!.get(args);
    database.value = 'second';
    database.close();
    const answers = [here!.read(args)];
    await until(async () => {
      if (database.loads === 2) return true;
      answers[0] = here!.read(args);
      return false;
    });
    const before = await writesOf(server);
    answers.push(there!.read(args));
    // The first request for the lease and two retries: the caller is still waiting.
    await until(async () => (await writesOf(server)) - before >= 3);
    database.open();
    const lookups = (await Promise.all(answers)).map(({ value, lookup }) => [value, lookup.outcome]);
    expect(lookups).toEqual([
      ['second', 'coalesced'],
      ['second', 'coalesced'],
    ]);
    expect(database.loads).toBe(2);
  });

  describe('with random arguments', () => {
    /** Validity tokens of the whole query and of everything. */
    const OF_ALL = 2;
    const ids = () => Array.from({ length: 300 }, (_, i) => ({ id: `${args.id}-${i}` }));
    // In one command: hundreds of connections with TLS at once take seconds.
    const remainingMs = async (prefix: string) => {
      const all = `local ms = {} for i, key in ipairs(redis.call('KEYS', ARGV[1])) do ms[i] = redis.call('PTTL', key) end return ms`;
      return (await server.command('EVAL', all, '0', `${nodes.prefix}:${prefix}*`)) as number[];
    };

    it('leave no key for longer than twice the life of the answer null', async () => {
      await server.command('FLUSHALL');
      database.value = null;
      const times = { ttlSeconds: 60, negativeTtlSeconds: 10, staleSeconds: 30, loadTimeoutSeconds: 15 };
      const query = define({ ...times, tags: ({ id }) => [id] });
      await Promise.all(ids().map((one) => query.get(one)));
      const entries = (await remainingMs('query:')).filter((ms) => ms > 3_000);
      const tokens = await remainingMs('generation:');
      expect([entries.length, tokens.length]).toEqual([300, 600 + OF_ALL]);
      expect(Math.max(...entries)).toBeLessThanOrEqual(20_000);
      expect(Math.max(...tokens)).toBeLessThanOrEqual(40_000);
      console.log(
        `300 answers null expire within ${Math.max(...entries)} ms, their ${tokens.length} validity tokens within ${Math.max(...tokens)} ms`,
      );
    });

    it('leave no key but those of tags and of the whole query for longer than twice the life of an answer', async () => {
      await server.command('FLUSHALL');
      const times = { ttlSeconds: 60, negativeTtlSeconds: 10, staleSeconds: 30 };
      const query = define(times);
      await Promise.all(ids().map((one) => query.get(one)));
      const tokens = await remainingMs('generation:*:query:');
      expect(tokens).toHaveLength(300);
      expect(Math.min(...tokens)).toBeGreaterThan(90_000);
      expect(Math.max(...tokens)).toBeLessThanOrEqual(180_000);
    });

    it('return the new value after an invalidation of the answer null', async () => {
      database.value = null;
      const shared = definition({ negativeTtlSeconds: 10 });
      const [here, there] = nodes.nodes.map(({ cache }) => cache.define<Args, unknown>(shared));
      for (const query of [here!, there!]) expect(await query.get(args)).toBeNull();
      database.value = 'created';
      await here!.invalidate(args);
      for (const query of [there!, here!]) expect(await query.get(args)).toBe('created');
    });

    it('keep the first answer after null for its whole ttl, without an invalidation', async () => {
      database.value = null;
      const query = define({ negativeTtlSeconds: 1, loadTimeoutSeconds: 1 });
      await query.get(args);
      database.value = 'created';
      await until(async () => (await query.get(args)) === 'created');
      const keys = nodes.nodes[0].store.keys.keysOf(new Query(definition()), args);
      expect(keys.hash).toBeDefined();
      const [generation] = (await server.command('KEYS', `*generation:*:query:*:${keys.hash}`)) as string[];
      expect(Number(await server.command('TTL', generation ?? ''))).toBeGreaterThanOrEqual(60);
    });
  });

  it('leave validity tokens of tags that expire an hour after their answers', async () => {
    const tags = () => [args.id];
    const short = define({ ttlSeconds: 1, tags });
    const long = define({ ttlSeconds: 20 * 24 * HOUR_SECONDS, tags });
    const { tokenKeys } = nodes.nodes[0].store.keys.keysOf(new Query(definition({ tags })), args);
    const lifeOfTag = async () => Number(await server.command('TTL', tokenKeys.at(-1) ?? ''));
    await short.get(args);
    expect(await lifeOfTag()).toBeLessThanOrEqual(HOUR_SECONDS + 1);
    await long.get(args);
    await until(async () => (await lifeOfTag()) > 17 * 24 * HOUR_SECONDS);
    // A query with a short ttl does not shorten the life that another query needs.
    await short.refresh({ id: `${args.id}-other` });
    expect(await lifeOfTag()).toBeGreaterThan(17 * 24 * HOUR_SECONDS);
  });
});

async function writesOf(server: LocalEngine): Promise<number> {
  const stats = String(await server.command('INFO', 'commandstats'));
  // One line for each node.
  return [...stats.matchAll(/cmdstat_set:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}
