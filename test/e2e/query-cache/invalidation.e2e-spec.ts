import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, RedisEngine } from '../../../src/engine/index.js';
import type { CachedQuery, QueryDefinition } from '../../../src/query-cache/index.js';
import { Query } from '../../../src/query-cache/query/query.js';
import { rounds } from '../../support/scope.js';
import { until } from '../../support/until.js';
import { CACHE_ENGINES } from './cache-engines.js';
import { type CacheNodes, startCacheNodes } from './cache-nodes.js';

const KEYS = 2;
/** On each engine. INTERLEAVINGS=1000 runs 10,000 in all. */
const RUNS = Number(process.env['INTERLEAVINGS'] ?? rounds(300));
/** Rows are used again after this many runs: by then some of their answers are stale. */
const ROWS = 300;

type Args = { row: number; key: number };
type Operation = {
  node: number;
  key: number;
  kind: 'read' | 'refresh' | 'tag' | 'arguments';
  /** Turns of the event loop before it begins. */
  turns: number;
  /** Before a read its node has received what was pushed before. */
  hasPushes: boolean;
};

const operation: fc.Arbitrary<Operation> = fc.record({
  node: fc.integer({ min: 0, max: 2 }),
  key: fc.integer({ min: 0, max: KEYS - 1 }),
  kind: fc.constantFrom('read', 'read', 'read', 'tag', 'arguments', 'refresh'),
  turns: fc.integer({ min: 0, max: 12 }),
  hasPushes: fc.boolean(),
});
/** Concurrent operations, and how many turns of the event loop each load takes. */
const plan = fc.record({
  operations: fc.array(operation, { minLength: 6, maxLength: 24 }),
  loads: fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 8 }),
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await nextTurn();
}

const hasValueTags = (row: number) => row % 3 === 0;

const tiers = [
  ['without a local tier', 0],
  ['with local tiers', 1_000_000],
] as const;
/** After this a local tier never serves an invalidated answer, even without the push. */
const LOCAL_PROMISE_MS = 1_000;

describe.each(tiers)('invalidation %s', (_how, localTierBytes) => {
  describe.each(CACHE_ENGINES)('on %s', (kind) => {
    let nodes: CacheNodes;
    /** The data: the number of writes by row and key. */
    const data = new Map<string, number>();
    let loadTurns: number[] = [0];
    let loadsDone = 0;
    let run = 0;
    let queries: CachedQuery<Args, number>[];
    let query: Query<Args, number> | undefined;
    /** False on Memcached, and on services that refuse a command of the feed. */
    let arePushed = false;
    const markersPushed = new Map<string, () => void>();
    let markers = 0;

    beforeAll(async () => {
      const options = { localTierBytes };
      nodes = await startCacheNodes(kind, options);
      const definition: QueryDefinition<Args, number> = {
        name: 'versions',
        ttlSeconds: 1,
        staleSeconds: 60,
        tags: ({ row, key }) => [`${row}`, ...(hasValueTags(row) ? [] : [`${row}:${key}`])],
        // The second one changes with each write: the tags of a load are often not those that were known before.
        valueTags: (version, { row, key }) =>
          hasValueTags(row) ? [`${row}:${key}`, `version ${version % 2}`] : [],
        load: async ({ row, key }) => {
          const took = loadTurns[loadsDone++ % loadTurns.length] ?? 0;
          const version = data.get(`${row}:${key}`) ?? 0;
          await turns(took);
          return version;
        },
      };
      query = new Query(definition);
      const followed = await Promise.all(nodes.nodes.map(({ engine }) => followMarkers(engine)));
      arePushed = localTierBytes > 0 && followed.every(Boolean);
      queries = nodes.nodes.map(({ cache }) => cache.define(definition));
    });
    afterAll(() => nodes.close());

    /** Confirmed writes by row and key, with their node and time. */
    const acknowledged = new Map<string, { version: number; node: number; at: number }[]>();
    let reads = 0;

    /**
     * The oldest version that a read on this node may return now. The push of another node's invalidation may not have reached the local
     * tier yet, unless this node has received a later one.
     */
    async function newestFor({ row, key }: Args, { node, hasPushes }: Pick<Operation, 'node' | 'hasPushes'>) {
      const known = [...(acknowledged.get(`${row}:${key}`) ?? [])];
      const isPushed = arePushed && hasPushes;
      if (isPushed) await waitForPushes(node, { row, key });
      const now = performance.now();
      const must = known.filter(
        ({ node: by, at }) => localTierBytes === 0 || isPushed || by === node || now - at > LOCAL_PROMISE_MS,
      );
      return Math.max(0, ...must.map(({ version }) => version));
    }

    /** Pushes of one channel arrive in order. */
    async function waitForPushes(node: number, args: Args): Promise<void> {
      const engine = nodes.nodes[node]?.engine;
      if (!(engine instanceof RedisEngine) || !query) return;
      const keySpace = nodes.nodes[0].store.keys;
      const pushed = keySpace.keysOf(query, args).tokenKeys.map(async (key) => {
        const marker = `${key}:${node}:${markers++}`;
        const isPushed = new Promise<void>((resolve) => markersPushed.set(marker, resolve));
        await engine.invalidate(keySpace.invalidationChannelOf(key) ?? '', [marker]);
        await isPushed;
      });
      await Promise.all(pushed);
    }

    /** Follows a node's pushes: resolves what waits for the markers among them. Resolves with false if it gets none. */
    async function followMarkers(engine: Engine | undefined): Promise<boolean> {
      if (!(engine instanceof RedisEngine)) return false;
      const { invalidationChannels } = nodes.nodes[0].store.keys;
      const feed = engine.invalidations(invalidationChannels, (keys) => {
        for (const key of keys ?? []) if (isMarkerOf(key, engine)) markersPushed.get(key)?.();
      });
      await until(() => feed.isRefused || feed.isCoherent(LOCAL_PROMISE_MS));
      return !feed.isRefused;
    }

    const isMarkerOf = (key: string, engine: Engine) =>
      nodes.nodes[Number(key.split(':').at(-2))]?.engine === engine;

    async function write(args: Args, { node, kind: by }: Operation): Promise<void> {
      const name = `${args.row}:${args.key}`;
      const version = (data.get(name) ?? 0) + 1;
      data.set(name, version);
      if (!(await invalidate(args, node, by)))
        throw new Error('The engine has not confirmed an invalidation.');
      const known = acknowledged.get(name) ?? [];
      acknowledged.set(name, [...known, { version, node, at: performance.now() }]);
    }

    /** In the second half of the runs the whole query, or all. */
    function invalidate(args: Args, node: number, by: Operation['kind']): Promise<boolean> | undefined {
      const cache = nodes.nodes[node]?.cache;
      if (run > RUNS / 2) return by === 'tag' ? cache?.invalidateQuery('versions') : cache?.invalidateAll();
      return by === 'tag' ? cache?.invalidateTag(`${args.row}:${args.key}`) : queries[node]?.invalidate(args);
    }

    /** @returns whether the answer was old. */
    async function isOld(args: Args, operation: Operation): Promise<boolean> {
      reads++;
      const { node, kind: by } = operation;
      const newest = await newestFor(args, operation);
      const value = await (by === 'refresh' ? queries[node]?.refresh(args) : queries[node]?.get(args));
      return value === undefined || value < newest;
    }

    it('never returns an old value after a confirmed invalidation, in any interleaving', async () => {
      await fc.assert(
        fc.asyncProperty(plan, async ({ operations, loads }) => {
          run++;
          loadTurns = loads;
          const row = run % ROWS;
          const areOld = await Promise.all(
            operations.map(async (operation) => {
              const args = { row, key: operation.key };
              await turns(operation.turns);
              if (operation.kind === 'read' || operation.kind === 'refresh') return isOld(args, operation);
              await write(args, operation);
              return false;
            }),
          );
          expect(areOld).not.toContain(true);
          const args = { row, key: 0 };
          const atTheEnd = await Promise.all(
            queries.map(async (query, node) => {
              const newest = await newestFor(args, { node, hasPushes: true });
              return (await query.get(args)) - newest;
            }),
          );
          expect(Math.min(...atTheEnd)).toBeGreaterThanOrEqual(0);
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
      const counts = queries.map(({ counters }) => counters.read());
      const [local, stale] = [
        counts.reduce((sum, { hits }) => sum + hits.local, 0),
        counts.reduce((sum, { stale }) => sum + stale, 0),
      ];
      console.log(
        `${kind}: ${run} interleavings, ${reads} concurrent reads, ${loadsDone} loads, ${local} local hits, ${stale} stale`,
      );
      expect(loadsDone).toBeLessThan(reads);
      expect(local > 0).toBe(localTierBytes > 0);
    }, 900_000);
  });
});
