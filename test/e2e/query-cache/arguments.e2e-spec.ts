import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CachedQuery, QueryDefinition } from '../../../src/query-cache/index.js';
import { canonicalJson } from '../../../src/query-cache/query/json.js';
import { redisLike } from '../../support/app.js';
import { until } from '../../support/until.js';
import { type CacheNodes, startCacheNodes } from './cache-nodes.js';

type Args = { tenant: string; filter: { ids: number[]; name?: string } };

/** INTERLEAVINGS sets another number. */
const RUNS = Number(process.env['INTERLEAVINGS'] ?? 300);
const TTL_SECONDS = 1;
const TENANTS = ['alice', 'bob'];

/** How a caller changes its own object after the call: other data, another shape, and values that JSON would drop. */
const MUTATIONS: readonly ((args: Args) => void)[] = [
  (args) => (args.tenant = args.tenant === 'alice' ? 'bob' : 'alice'),
  (args) => args.filter.ids.push(7),
  (args) => (args.filter = { ids: [8] }),
  (args) => (args.filter.name = 'other'),
  (args) => Object.assign(args, { tenant: undefined }),
  (args) => Object.assign(args, { filter: undefined }),
  (args) => Object.assign(args, { filter: args }),
];

const argument = fc.record({
  tenant: fc.constantFrom(...TENANTS),
  filter: fc.record({ ids: fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 2 }) }),
});
const call = fc.record({
  node: fc.integer({ min: 0, max: 2 }),
  kind: fc.constantFrom('read', 'read', 'read', 'refresh', 'no-store', 'invalidate'),
  args: argument,
  /** One per turn of the event loop, the first right after the call. */
  mutations: fc.array(fc.integer({ min: 0, max: MUTATIONS.length - 1 }), { minLength: 1, maxLength: 6 }),
});
type Call = typeof call extends fc.Arbitrary<infer C> ? C : never;
const plan = fc.array(call, { minLength: 4, maxLength: 16 });

describe('arguments and definitions', () => {
  let nodes: CacheNodes;
  let queries: CachedQuery<Args, string>[];
  let loads = 0;
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown) => void rejections.push(reason);

  /** Returns the arguments that it got, then changes them and the result of `tags`. */
  const definition = (): QueryDefinition<Args, string> => {
    const shared: string[] = [];
    return {
      name: `query-${randomUUID()}`,
      ttlSeconds: TTL_SECONDS,
      staleSeconds: 60,
      scope: ({ tenant }) => tenant,
      tags: ({ tenant, filter }) => {
        shared.splice(0, shared.length, `tenant:${tenant}`, ...filter.ids.map((id) => `id:${id}`));
        return shared;
      },
      load: async (args) => {
        loads++;
        const text = String(canonicalJson(args));
        args.filter.ids.push(9);
        shared.length = 0;
        await nextTurn();
        return text;
      },
    };
  };

  beforeAll(async () => {
    process.on('unhandledRejection', onRejection);
    const options = { localTierBytes: 1_000_000 };
    nodes = await startCacheNodes(redisLike(), options);
    const own = definition();
    queries = nodes.nodes.map(({ cache }) => cache.define(own));
    const wrong = () => {
      throw new Error('assigned after define()');
    };
    Object.assign(own, { load: wrong, tags: wrong, scope: wrong, ttlSeconds: 0 });
  });
  afterAll(async () => {
    process.off('unhandledRejection', onRejection);
    await nodes.close();
  });

  const staleAnswers = () => queries.reduce((sum, { counters }) => sum + counters.read().stale, 0);

  /** Resolves with calls that find stale answers on every node. */
  async function staleCalls(): Promise<Call[]> {
    const calls = TENANTS.flatMap((tenant) =>
      [0, 1, 2].map((node) => ({
        node,
        kind: 'read' as const,
        args: { tenant, filter: { ids: [node] } },
        mutations: [0],
      })),
    );
    for (const { args } of calls) await queries[0]!.get(args);
    const staleAt = performance.now() + 1_000 * TTL_SECONDS;
    await until(() => performance.now() > staleAt);
    return calls;
  }

  async function make({ node, kind, args, mutations }: Call) {
    const query = queries[node]!;
    const expected = canonicalJson(args);
    const mine = structuredClone(args);
    const answered =
      kind === 'invalidate'
        ? query.invalidate(mine).then(() => expected)
        : kind === 'refresh'
          ? query.refresh(mine)
          : query.read(mine, kind === 'no-store' ? kind : undefined).then(({ value }) => value);
    answered.catch(() => undefined);
    for (const mutation of mutations) {
      try {
        MUTATIONS[mutation]!(mine);
      } catch {
        // An earlier mutation has removed the member that this one changes.
      }
      await nextTurn();
    }
    return { expected, answer: await answered };
  }

  it('may be changed right after the call: the answer belongs to the arguments at the call', async () => {
    let calls = 0;
    const examples: [Call[]][] = [[await staleCalls()]];
    const staleBefore = staleAnswers();
    await fc.assert(
      fc.asyncProperty(plan, async (made) => {
        calls += made.length;
        const answers = await Promise.all(made.map(make));
        expect(answers.map(({ answer }) => answer)).toEqual(answers.map(({ expected }) => expected));
      }),
      { numRuns: RUNS, endOnFailure: true, examples },
    );
    const stale = staleAnswers() - staleBefore;
    console.log(
      `${calls} concurrent calls whose arguments were changed, ${loads} loads, ${stale} stale answers`,
    );
    expect(stale).toBeGreaterThan(0);
    expect(rejections).toEqual([]);
  }, 120_000);

  it('may be changed while a background refresh runs', async () => {
    const [query] = queries;
    const args: Args = { tenant: 'alice', filter: { ids: [1, 2, 3] } };
    const expected = String(canonicalJson(args));
    await query!.get(structuredClone(args));
    await until(async () => {
      const mine = structuredClone(args);
      const { lookup } = await query!.read(mine);
      mine.tenant = 'bob';
      return lookup.outcome === 'stale';
    });
    await until(async () => (await query!.read(structuredClone(args))).lookup.outcome === 'hit');
    for (const tenant of TENANTS)
      expect(await query!.get({ ...args, tenant })).toBe(expected.replace('alice', tenant));
  });

  it('causes no unhandled rejection when `tags` throws during a background refresh', async () => {
    let isBroken = false;
    const query = nodes.nodes[0].cache.define<Args, string>({
      ...definition(),
      tags: ({ tenant }) => {
        if (isBroken) throw new Error('tags() says no');
        return [tenant];
      },
    });
    const args: Args = { tenant: 'alice', filter: { ids: [] } };
    await until(async () => (await query.read(args)).lookup.tier === 'local');
    await until(async () => {
      isBroken = false;
      const { lookup } = await query.read(args);
      isBroken = true;
      return lookup.outcome === 'stale' && lookup.tier === 'local';
    });
    await until(() => query.counters.read().failedRefreshes > 0);
    expect(rejections).toEqual([]);
  });
});
