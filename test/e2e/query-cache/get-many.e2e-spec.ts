import { describe, expect, it } from 'vitest';
import { redisLike } from '../../support/app.js';
import { until } from '../../support/until.js';
import { type Args, CacheFixture } from './cache-fixture.js';

const LETTERS = 'abcdefgh'.split('');

describe('getMany', () => {
  const fixture = CacheFixture.on(redisLike());
  const ids = (...names: string[]): Args[] => names.map((name) => ({ id: `${fixture.args.id}-${name}` }));
  const names = (all: readonly Args[]) => all.map(({ id }) => id.split('-').at(-1));

  /** Counts the arguments of each call of loadMany. */
  function define(load: (all: readonly Args[]) => unknown[] = names) {
    const calls: unknown[][] = [];
    const [here, there] = fixture.defineOnAll({
      tags: ({ id }) => [id],
      loadMany: async (all) => {
        calls.push(names(all));
        return load(all);
      },
    });
    return { here: here!, there: there!, calls };
  }

  it('loads all that is missing with one call, and returns the values in the order of the arguments', async () => {
    const { here, there, calls } = define();
    expect(await here.getMany(ids('b', 'a', 'b'))).toEqual(['b', 'a', 'b']);
    expect(await there.getMany(ids('c', 'a', 'd', 'b'))).toEqual(['c', 'a', 'd', 'b']);
    expect(calls).toEqual([
      ['b', 'a'],
      ['c', 'd'],
    ]);
    expect(await there.get(ids('d')[0]!)).toBe('d');
    expect(here.counters.read()).toMatchObject({ misses: 3, loads: 1 });
    expect(there.counters.read()).toMatchObject({ misses: 2, loads: 1, hits: { engine: 3 } });
    expect(fixture.database.loads).toBe(0);
  });

  it('returns no value that was invalidated, and keeps null', async () => {
    let version = 1;
    const { here, there, calls } = define((all) =>
      all.map(({ id }) => (id.endsWith('none') ? null : version)),
    );
    const all = ids('a', 'b', 'none');
    expect(await here.getMany(all)).toEqual([1, 1, null]);
    version = 2;
    await there.invalidate(all[0]!);
    expect(await here.getMany(all)).toEqual([2, 1, null]);
    expect(calls).toEqual([['a', 'b', 'none'], ['a']]);
  });

  it('sends all reads before the first reply, and queries the database when the engine is silent', async () => {
    const { here, calls } = define();
    const all = ids(...LETTERS);
    await here.getMany(all);
    const unanswered = () => {
      const { refused, failed, unknown } = fixture.node.engine.statistics;
      return refused + failed + unknown;
    };
    const before = unanswered();
    fixture.cluster.server.pause();
    expect(await here.getMany(all)).toEqual(LETTERS);
    await until(() => unanswered() - before === all.length);
    fixture.cluster.server.resume();
    expect(calls).toEqual([LETTERS, LETTERS]);
    expect(here.counters.read()).toMatchObject({ misses: 8, degraded: 8 });
    await until(async () => (await fixture.outcomeOf(here, all[0])).outcome === 'hit');
  });

  it('rejects another number of values than arguments', async () => {
    const { here } = define(() => ['only one']);
    await expect(here.getMany(ids('a', 'b'))).rejects.toMatchObject({
      code: 'E_QUERY_VALUE',
      message: expect.stringContaining('returned 1 values from loadMany for 2 arguments'),
    });
  });

  it('loads each missing answer by itself where the query has no loadMany', async () => {
    const query = fixture.define();
    expect(await query.getMany(ids('a', 'b'))).toEqual(['first', 'first']);
    expect(fixture.database.loads).toBe(2);
    expect(await query.getMany([])).toEqual([]);
  });
});
