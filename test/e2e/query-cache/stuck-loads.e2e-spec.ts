import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../../src/database/index.js';
import type { CachedQuery, QueryDefinition } from '../../../src/query-cache/index.js';
import { redisLike } from '../../support/app.js';
import { createDatabase, queryDatabase } from '../../support/database.js';
import { until } from '../../support/until.js';
import { type CacheNodes, startCacheNodes } from './cache-nodes.js';

type Args = { id: string };

const CONCURRENT_LOADS = 6;
const SHARE_OF_ONE_QUERY = 3;
const HANGING = 6;
/** Loads of the other query that are measured. */
const SAMPLES = 400;

describe('loads that never settle', () => {
  let nodes: CacheNodes;
  let databaseUrl: string;
  let database: Database;
  beforeAll(async () => {
    [nodes, databaseUrl] = await Promise.all([
      startCacheNodes(redisLike(), { concurrentLoads: CONCURRENT_LOADS }),
      createDatabase(),
    ]);
    database = new Database({ url: databaseUrl });
  });
  afterAll(async () => {
    await database.onApplicationShutdown();
    await nodes.close();
  });

  const idsOf = (count: number): Args[] => Array.from({ length: count }, () => ({ id: randomUUID() }));
  const define = (definition: Pick<QueryDefinition<Args, unknown>, 'load' | 'loadTimeoutSeconds'>) =>
    nodes.nodes[0].cache.define<Args, unknown>({
      name: `query-${randomUUID()}`,
      ttlSeconds: 60,
      ...definition,
    });
  const codesOf = (answers: PromiseSettledResult<unknown>[]) =>
    answers.map((answer) => (answer.status === 'rejected' ? (answer.reason as { code: string }).code : null));

  it('use half of the slots, lose them after twice their time limit, and are counted', async () => {
    const signals: AbortSignal[] = [];
    let isHanging = true;
    const hanging = define({
      loadTimeoutSeconds: 0.5,
      load: (_, signal) => {
        signals.push(signal);
        return isHanging ? new Promise(() => undefined) : Promise.resolve('loaded');
      },
    });
    const other = define({ load: () => Promise.resolve('other') });
    const answers = Promise.allSettled(idsOf(HANGING).map((args) => hanging.get(args)));
    await until(() => signals.length === SHARE_OF_ONE_QUERY);
    for (const directive of [undefined, 'no-cache', 'no-store'] as const)
      expect((await other.read(idsOf(1)[0]!, directive)).value).toBe('other');
    // Loads that waited for a slot did not begin.
    expect(codesOf(await answers)).toEqual(Array.from({ length: HANGING }, () => 'E_LOAD_TIMED_OUT'));
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    isHanging = false;
    await until(() => hanging.counters.read().stuckLoads === SHARE_OF_ONE_QUERY);
    expect(await hanging.get(idsOf(1)[0]!)).toBe('loaded');
  });

  it('keep their slot until they settle', async () => {
    const ends: ((value: string) => void)[] = [];
    const slow = define({
      loadTimeoutSeconds: 5,
      load: () => new Promise((resolve) => ends.push(resolve)),
    });
    const answers = idsOf(SHARE_OF_ONE_QUERY + 1).map((args) => slow.get(args));
    await until(() => ends.length === SHARE_OF_ONE_QUERY);
    ends[0]!('first');
    await until(() => ends.length === SHARE_OF_ONE_QUERY + 1);
    for (const end of ends) end('last');
    const values = await Promise.all(answers);
    expect(values.map(String).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'first',
      'last',
      'last',
      'last',
    ]);
    expect(slow.counters.read().stuckLoads).toBe(0);
  });

  it('are cancelled in PostgreSQL when the load passes on its signal', async () => {
    const marker = randomUUID();
    const hanging = define({
      // Long enough to see the statements on a busy machine.
      loadTimeoutSeconds: 3,
      load: (_, signal) => database.query(`SELECT pg_sleep(60) /* ${marker} */`, [], signal),
    });
    const running = async () => {
      const sql = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE $1 AND state = 'active' AND pid <> pg_backend_pid()`;
      return (await queryDatabase<{ n: number }>(databaseUrl, sql, [`%${marker}%`]))[0]?.n ?? 0;
    };
    const answers = Promise.allSettled(idsOf(HANGING).map((args) => hanging.get(args)));
    await until(async () => (await running()) === SHARE_OF_ONE_QUERY);
    expect(codesOf(await answers)).toEqual(Array.from({ length: HANGING }, () => 'E_LOAD_TIMED_OUT'));
    await until(async () => (await running()) === 0);
    expect(hanging.counters.read().stuckLoads).toBe(0);
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('do not take the slots of other queries', async () => {
    let hanging = 0;
    const stuck = define({
      loadTimeoutSeconds: 30,
      load: () => {
        hanging++;
        return new Promise(() => undefined);
      },
    });
    const other = define({
      load: (_, signal) =>
        database.query('SELECT count(*)::int AS n FROM generate_series(1, 20000)', [], signal),
    });
    await p99Of(other);
    const before = await p99Of(other);
    for (const args of idsOf(HANGING)) void stuck.get(args).catch(() => undefined);
    await until(() => hanging === SHARE_OF_ONE_QUERY);
    const meanwhile = await p99Of(other);
    console.log(
      `p99 of ${SAMPLES} loads of another query: ${before.toFixed(2)} ms before, ${meanwhile.toFixed(2)} ms while ` +
        `${HANGING} loads of one query hang, ratio ${(meanwhile / before).toFixed(2)} (goal 2)`,
    );
    expect(other.counters.read()).toMatchObject({ loads: 3 * SAMPLES, errors: 0 });
    expect(hanging).toBe(SHARE_OF_ONE_QUERY);
  });

  /** Two callers at a time, each lookup with new arguments. */
  async function p99Of(query: CachedQuery<Args, unknown>): Promise<number> {
    const times: number[] = [];
    const caller = async () => {
      for (const args of idsOf(SAMPLES / 2)) {
        const startedAt = performance.now();
        await query.get(args);
        times.push(performance.now() - startedAt);
      }
    };
    await Promise.all([caller(), caller()]);
    return times.toSorted((a, b) => a - b)[Math.floor(0.99 * times.length)]!;
  }
});
