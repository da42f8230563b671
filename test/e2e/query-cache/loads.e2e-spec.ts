import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalEngine, startEngine } from '../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import type { QueryDefinition } from '../../../src/query-cache/index.js';
import { KeySpace, leaseKey } from '../../../src/query-cache/query-cache.keys.js';
import { QueryCacheStore } from '../../../src/query-cache/query-cache.store.js';
import { Query } from '../../../src/query-cache/query-definition.js';
import { installed } from '../../support/app.js';
import { until } from '../../support/until.js';
import { type CacheNode, type CacheNodes, startNodesOn } from './cache-nodes.js';
import { Database } from './database.js';

type Args = { id: string };

/** So soon that no call's deadline has passed when a lookup stops waiting for the engine. */
const PATIENCE_MS = 50;
const CONCURRENT_LOADS = 2;
const HOUR_SECONDS = 3_600;

describe('the loads of the query cache', () => {
  let server: LocalEngine;
  let nodes: CacheNodes;
  let node: CacheNode;
  let database: Database;
  let args: Args;
  beforeAll(async () => {
    const [kind = 'valkey'] = installed('valkey', 'redis') as ('valkey' | 'redis')[];
    server = await startEngine(kind);
    nodes = await startNodesOn(server, { patienceMs: PATIENCE_MS, concurrentLoads: CONCURRENT_LOADS });
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

  it('keep their turn while they go on after their time, and are told that nobody waits', async () => {
    const signals: AbortSignal[] = [];
    database.close();
    const load = (_: Args, signal: AbortSignal) => {
      signals.push(signal);
      return database.load();
    };
    const query = define({ loadTimeoutSeconds: 0.1, load });
    const ids = Array.from({ length: 6 }, (_, i) => ({ id: `${args.id}-${i}` }));
    const answers = await Promise.allSettled(ids.map((one) => query.get(one)));
    // Those that waited for a turn have waited long enough as well.
    expect(answers.map((answer) => answer.status === 'rejected' && answer.reason.code)).toEqual(
      ids.map(() => 'E_LOAD_TIMED_OUT'),
    );
    expect(database.loads).toBe(CONCURRENT_LOADS);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    database.open();
    // Nor do they begin when it is their turn.
    expect(await query.get(args)).toBe('first');
    expect(database.loads).toBe(CONCURRENT_LOADS + 1);
  });

  it('of what cannot be stored are made by all nodes at once, not by one after the other', async () => {
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
    // A generation, and each node's question for the lease.
    await until(async () => (await writesOf(server)) - before === 4);
    database.close();
    openFirst();
    await loading;
    await until(() => database.loads === 3);
    database.open();
    expect(await Promise.all(waiting)).toEqual([database.value, database.value]);
  });

  it('are waited for by who finds an answer stale, as long as the query says', async () => {
    const query = define({ ttlSeconds: 1, staleSeconds: 60, softTimeoutSeconds: 0.1 });
    await query.get(args);
    database.close();
    await until(async () => (await query.read(args)).lookup.outcome === 'stale');
    database.value = 'second';
    database.open();
    // The load that has begun sees the first; after it each new answer is worth the wait.
    await until(async () => (await query.get(args)) === 'second');
    let expired: string | undefined;
    await until(async () => {
      const { lookup } = await query.read(args);
      if (lookup.outcome !== 'hit') expired = lookup.outcome;
      return expired !== undefined;
    });
    expect(expired).toBe('coalesced');
  });

  it('answer while the engine is silent: it is not waited for to store them', async () => {
    database.close();
    const query = define();
    const asked = query.read(args);
    await until(() => database.loads === 1);
    server.pause();
    const { unknown } = node.engine.statistics;
    database.open();
    const { value, lookup } = await asked;
    expect([value, lookup.outcome, lookup.stored]).toEqual(['first', 'miss', false]);
    // No deadline has passed yet.
    expect(node.engine.statistics.unknown).toBe(unknown);
    server.resume();
    await until(async () => (await query.read(args)).lookup.outcome === 'hit');
  });

  it('are held up by no lease that was taken for nobody', async () => {
    await server.command('CONFIG', 'RESETSTAT');
    const engine = new RedisEngine(parseEngineUrl(server.url), 200);
    engine.start();
    await until(() => engine.isReady);
    const store = new QueryCacheStore({ engine, keyPrefix: nodes.prefix, concurrentLoads: 1 });
    const keys = new KeySpace(nodes.prefix).keysOf(new Query(definition()), args);
    server.pause();
    await expect(store.askForLease(keys, ['generation'])).rejects.toMatchObject({ outcome: 'unknown' });
    server.resume();
    // Longer before it would have ended by itself.
    await until(async () => String(await server.command('INFO', 'commandstats')).includes('cmdstat_unlink'));
    expect(await server.command('EXISTS', leaseKey(keys.entry, ['generation']))).toBe(0);
    store.onApplicationShutdown();
    engine.close();
  });

  it('leave generations behind that end an hour after what hangs on them', async () => {
    const tags = () => [args.id];
    const short = define({ ttlSeconds: 1, tags });
    const long = define({ ttlSeconds: 20 * 24 * HOUR_SECONDS, tags });
    const generations = new KeySpace(nodes.prefix)
      .keysOf(new Query(definition({ tags })), args)
      .generations.slice(1);
    const lifeOfTag = async () => Number(await server.command('TTL', generations[0] ?? ''));
    await short.get(args);
    expect(await lifeOfTag()).toBeLessThanOrEqual(HOUR_SECONDS + 1);
    await long.get(args);
    await until(async () => (await lifeOfTag()) > 17 * 24 * HOUR_SECONDS);
    // Nobody shortens what another query needs.
    await short.refresh({ id: `${args.id}-other` });
    expect(await lifeOfTag()).toBeGreaterThan(17 * 24 * HOUR_SECONDS);
  });
});

async function writesOf(server: LocalEngine): Promise<number> {
  const stats = String(await server.command('INFO', 'commandstats'));
  return Number(/cmdstat_set:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}
