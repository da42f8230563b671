import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import type { EngineTrial } from '../engine-trial.js';
import { commandsOf } from '../../support/commands-of.js';

const LARGEST_EXACT_SCORE = Number.MAX_SAFE_INTEGER;

/** The data types that the stores use. */
export function describeValues(trial: EngineTrial): void {
  describe('values', () => {
    it('returns null for missing keys, fields and members', async () => {
      const client = commandsOf(trial.engine);
      const key = trial.key('missing');
      expect(await client.get(key)).toBeNull();
      expect(await client.hGet(key, 'field')).toBeNull();
      expect(await client.zScore(key, 'member')).toBeNull();
      expect(await client.exists(key)).toBe(0);
      expect(await client.pTTL(key)).toBe(-2);
    });

    it('stores strings, including the empty string', async () => {
      const client = commandsOf(trial.engine);
      for (const text of ['text', '', '0', 'null']) {
        expect(await client.set(trial.key('text'), text)).toBe('OK');
        expect(await client.get(trial.key('text'))).toBe(text);
      }
    });

    it('sets a key with XX only if it exists, and with NX only if it does not', async () => {
      const client = commandsOf(trial.engine);
      const key = trial.key('conditional');
      expect(await client.set(key, 'first', { condition: 'XX' })).toBeNull();
      expect(await client.set(key, 'second', { condition: 'NX' })).toBe('OK');
      expect(await client.set(key, 'third', { condition: 'NX' })).toBeNull();
      expect(await client.set(key, 'fourth', { condition: 'XX' })).toBe('OK');
      expect(await client.get(key)).toBe('fourth');
    });

    it('expires keys at their time, and keeps a persisted key', async () => {
      const client = commandsOf(trial.engine);
      const [short, kept, long] = [trial.key('short'), trial.key('kept'), trial.key('long')];
      await client.set(short, 'value', { expiration: { type: 'PX', value: 50 } });
      await client.set(kept, 'value', { expiration: { type: 'EX', value: 60 } });
      await client.set(long, 'value');
      expect(await client.expire(long, 60)).toBe(1);
      expect(await client.persist(kept)).toBe(1);
      await until(async () => (await client.get(short)) === null);
      expect(await client.pTTL(kept)).toBe(-1);
      const leftMilliseconds = await client.pTTL(long);
      expect(leftMilliseconds).toBeGreaterThan(30_000);
      expect(leftMilliseconds).toBeLessThanOrEqual(60_000);
    });

    it('counts concurrent increments exactly', async () => {
      const client = commandsOf(trial.engine);
      const key = trial.key('count');
      await Promise.all(Array.from({ length: 100 }, () => client.incr(key)));
      expect(await client.incrBy(key, 10)).toBe(110);
      expect(await client.decr(key)).toBe(109);
      expect(await client.get(key)).toBe('109');
    });

    it('stores and reads hashes', async () => {
      const client = commandsOf(trial.engine);
      const key = trial.key('hash');
      expect(await client.hSet(key, { name: 'Ada', country: 'GB', visits: '1' })).toBe(3);
      expect(await client.hIncrBy(key, 'visits', 2)).toBe(3);
      expect(await client.hDel(key, 'country')).toBe(1);
      expect(await client.hmGet(key, ['name', 'country'])).toEqual(['Ada', null]);
      expect((await client.hKeys(key)).toSorted()).toEqual(['name', 'visits']);
    });

    it('orders sorted sets by score and then by member', async () => {
      const client = commandsOf(trial.engine);
      const key = trial.key('board');
      await client.zAdd(key, [
        { value: 'b', score: 1 },
        { value: 'c', score: -0.5 },
        { value: 'a', score: 1 },
      ]);
      expect(await client.zRevRank(key, 'b')).toBe(0);
      expect(await client.zRevRank(key, 'c')).toBe(2);
      expect(await client.zCount(key, '(-0.5', '+inf')).toBe(2);
      expect(await client.zRem(key, ['a', 'nobody'])).toBe(1);
      expect(await client.zCard(key)).toBe(2);
    });

    it('stores the largest safe integers as exact scores', async () => {
      const client = commandsOf(trial.engine);
      const key = trial.key('exact');
      await client.zAdd(key, { value: 'most', score: LARGEST_EXACT_SCORE });
      await client.zAdd(key, { value: 'least', score: -LARGEST_EXACT_SCORE });
      expect(await client.zScore(key, 'most')).toBe(LARGEST_EXACT_SCORE);
      expect(await client.zScore(key, 'least')).toBe(-LARGEST_EXACT_SCORE);
    });
  });
}
