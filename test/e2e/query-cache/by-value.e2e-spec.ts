import { describe, expect, it } from 'vitest';
import { redisLike } from '../../support/app.js';
import { until } from '../../support/until.js';
import { type Args, CacheFixture } from './cache-fixture.js';

interface User {
  id: number;
  createdAt: Date;
  balance: bigint;
}

describe('a query whose value decides', () => {
  const fixture = CacheFixture.on(redisLike());

  describe('ttlOf', () => {
    const ttlOf = (value: unknown) => (value as { maxAge: number }).maxAge;

    it.each([
      [20, 20],
      [1_000, 60],
    ])('keeps an answer with a maximum age of %d s for at most %d s', async (maxAge, atMost) => {
      const query = fixture.define({ ttlOf });
      fixture.database.value = { maxAge };
      await query.get(fixture.args);
      const { lookup } = await query.read(fixture.args);
      expect(lookup.outcome).toBe('hit');
      expect(lookup.ttlSeconds).toBeLessThanOrEqual(atMost);
      expect(lookup.ttlSeconds).toBeGreaterThan(atMost * 0.8);
    });

    it('does not store an answer where it returns 0, and is not called for null', async () => {
      const query = fixture.define({ ttlOf });
      fixture.database.value = { maxAge: 0 };
      const { lookup } = await query.read(fixture.args);
      expect(lookup).toMatchObject({ outcome: 'miss', stored: false });
      fixture.database.value = null;
      expect(await fixture.outcomeOf(query)).toMatchObject({ value: null, outcome: 'miss' });
      expect(await fixture.outcomeOf(query)).toMatchObject({ value: null, outcome: 'negative' });
    });

    it('rejects what is no number of seconds', async () => {
      fixture.database.value = {};
      await expect(fixture.define({ ttlOf }).get(fixture.args)).rejects.toMatchObject({
        code: 'E_QUERY_VALUE',
        message: expect.stringContaining('returned undefined from ttlOf'),
      });
    });
  });

  describe('valueTags', () => {
    const valueTags = (value: unknown) => [`user:${(value as { id: string }).id}`];

    it('invalidates an answer that was looked up by name by its id, on every node', async () => {
      const [here, there] = fixture.defineOnAll({ valueTags });
      const { id } = fixture.args;
      fixture.database.value = { id };
      const outcomes = [];
      for (const query of [here!, here!, here!, there!])
        outcomes.push((await fixture.outcomeOf(query)).outcome);
      expect(outcomes).toEqual(['miss', 'miss', 'hit', 'hit']);
      await fixture.other.cache.invalidateTag(`user:${id}-other`);
      expect(await fixture.outcomeOf(here!)).toMatchObject({ outcome: 'hit' });
      await fixture.other.cache.invalidateTag(`user:${id}`);
      fixture.database.value = { id, name: 'new' };
      for (const query of [here!, there!]) expect(await query.get(fixture.args)).toEqual({ id, name: 'new' });
      expect(fixture.database.loads).toBe(3);
    });

    it('costs one round trip once the node knows the tags', async () => {
      const [here, there] = fixture.defineOnAll({ valueTags });
      fixture.database.value = { id: fixture.args.id };
      await here!.get(fixture.args);
      await here!.get(fixture.args);
      const costs = [];
      for (let i = 0; i < 2; i++) {
        const { done } = fixture.other.engine.statistics;
        await there!.get(fixture.args);
        costs.push(fixture.other.engine.statistics.done - done);
      }
      expect(costs).toEqual([2, 1]);
    });

    it('is not undone by a load that began before the invalidation', async () => {
      const query = fixture.define({ valueTags });
      const { id } = fixture.args;
      fixture.database.value = { id };
      fixture.database.close();
      const old = query.get(fixture.args);
      await until(() => fixture.database.loads === 1);
      await fixture.other.cache.invalidateTag(`user:${id}`);
      fixture.database.open();
      await old;
      fixture.database.value = { id, name: 'new' };
      expect(await query.get(fixture.args)).toEqual({ id, name: 'new' });
    });
  });

  describe('codec', () => {
    const user: User = { id: 1, createdAt: new Date(86_400_000), balance: 2n ** 60n };
    const codec = {
      encode: ({ id, createdAt, balance }: User) => ({
        id,
        createdAt: createdAt.toISOString(),
        balance: String(balance),
      }),
      decode: (stored: { id: number; createdAt: string; balance: string }): User => ({
        id: stored.id,
        createdAt: new Date(stored.createdAt),
        balance: BigInt(stored.balance),
      }),
    };

    it('returns dates and bigints from the database and from memory, and sends them as JSON', async () => {
      const { name, ttlSeconds } = fixture.definition();
      const definition = { name, ttlSeconds, load: async () => user, codec };
      const [here, there] = fixture.cluster.nodes.map(({ cache }) => cache.define<Args, User>(definition));
      for (const query of [here!, here!, there!]) {
        const answer = await query.read(fixture.args);
        expect(answer.value).toEqual(user);
        expect(JSON.parse(JSON.stringify({ answer }))).toEqual({ answer: codec.encode(user) });
        expect(JSON.parse(answer.bytes.toString())).toEqual(codec.encode(user));
      }
    });

    it('is not called for null', async () => {
      const load = async (): Promise<User | null> => null;
      const { name, ttlSeconds } = fixture.definition();
      const query = fixture.node.cache.define<Args, User | null>({ name, ttlSeconds, load, codec });
      for (let i = 0; i < 2; i++) expect(await query.get(fixture.args)).toBeNull();
    });

    it('is required by the compiler where a value does not survive JSON', async () => {
      const definition = { name: fixture.definition().name, ttlSeconds: 60 };
      const load = async ({ id }: Args) => ({ ...user, name: id });
      // @ts-expect-error a user has a date and a bigint
      const query = fixture.node.cache.define({ ...definition, load });
      await expect(query.get(fixture.args)).rejects.toMatchObject({ code: 'E_QUERY_VALUE' });
    });
  });
});
