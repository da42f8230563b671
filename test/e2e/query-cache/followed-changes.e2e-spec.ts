import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { redisLike } from '../../support/app.js';
import { until } from '../../support/until.js';
import { CacheFixture } from './cache-fixture.js';

describe('a query that does not follow the changes of others', () => {
  const fixture = CacheFixture.on(redisLike());
  /** A query with a stored answer, which is out of date. */
  const missChange = async () => {
    let follows = true;
    const query = fixture.define({
      followsChanges: () => follows,
      loadMany: (list) => Promise.all(list.map(() => fixture.database.load())),
    });
    fixture.database.value = 'old';
    await query.get(fixture.args);
    fixture.database.value = 'new';
    follows = false;
    // Until then it is trusted.
    await setTimeout(1_010);
    return { query, follow: () => (follows = true) };
  };

  it('loads an answer that is stored, once for all callers', async () => {
    const { query } = await missChange();
    const { loads } = fixture.database;
    const answers = await Promise.all(Array.from({ length: 20 }, () => fixture.outcomeOf(query)));
    expect(new Set(answers.map(({ value }) => value))).toEqual(new Set(['new']));
    expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(['miss', 'coalesced']));
    expect(fixture.database.loads - loads).toBe(1);
  });

  it('loads each of several answers', async () => {
    const { query } = await missChange();
    expect(await query.getMany([fixture.args, { id: 'another' }])).toEqual(['new', 'new']);
  });

  it('does not share a load that began before an invalidation on another node', async () => {
    const { query } = await missChange();
    fixture.database.close();
    const before = query.get(fixture.args);
    await until(() => fixture.database.loads === 2);
    await fixture.other.cache.invalidateAll();
    fixture.database.value = 'newest';
    const after = query.get(fixture.args);
    await until(() => fixture.database.loads === 3);
    fixture.database.open();
    expect(await after).toBe('newest');
    await before;
  });

  it('serves the stored answer if the load fails, and fails where none is stored', async () => {
    const { query } = await missChange();
    fixture.database.value = new Error('The database is down.');
    expect(await fixture.outcomeOf(query)).toMatchObject({ value: 'old', outcome: 'hit', tier: 'engine' });
    await expect(query.get({ id: 'never-stored' })).rejects.toThrow('The database is down.');
  });

  it('serves the stored answer if the load takes longer than a second', async () => {
    const { query } = await missChange();
    fixture.database.close();
    expect(await fixture.outcomeOf(query)).toMatchObject({ value: 'old', outcome: 'hit', tier: 'engine' });
    fixture.database.open();
  });

  it('trusts an answer for a second', async () => {
    const { query } = await missChange();
    const { loads } = fixture.database;
    for (let i = 0; i < 3; i++) expect(await query.get(fixture.args)).toBe('new');
    expect(fixture.database.loads - loads).toBe(1);
  });

  it('answers from memory again once it follows them', async () => {
    const { query, follow } = await missChange();
    await query.get(fixture.args);
    follow();
    expect(await fixture.outcomeOf(query)).toMatchObject({ value: 'new', outcome: 'hit' });
  });
});
