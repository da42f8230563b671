import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../src/engine/index.js';
import { until } from '../../support/until.js';
import { failureOf } from '../engine-trial.js';
import type { MemcachedTrial } from '../memcached-trial.js';

/** An item has at most a megabyte, including its key and Memcached's header. */
const LARGEST_VALUE = 1_048_576 - 2_048;
const LONGEST_KEY = 250;

/** The commands that the query cache uses. */
export function describeMemcachedValues(trial: MemcachedTrial): void {
  describe('values', () => {
    it('returns null for a missing key', async () => {
      expect(await trial.get(`${trial.prefix}:missing`)).toBeNull();
    });

    it('stores values on all nodes', async () => {
      const keys = trial.keys(50);
      await Promise.all(keys.map((key, i) => trial.set(key, JSON.stringify({ i }))));
      const values = await Promise.all(keys.map((key) => trial.textOf(key)));
      expect(values).toEqual(keys.map((_, i) => JSON.stringify({ i })));
    });

    it('stores any bytes, and the empty value', async () => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      await trial.set(`${trial.prefix}:bytes`, bytes);
      await trial.set(`${trial.prefix}:empty`, '');
      expect(await trial.get(`${trial.prefix}:bytes`)).toEqual(bytes);
      expect(await trial.textOf(`${trial.prefix}:empty`)).toBe('');
    });

    it('adds a value only if the key does not exist', async () => {
      const { client } = trial.engine;
      const add = (value: string) =>
        trial.engine.settle('add', () => client.add(`${trial.prefix}:added`, value, { expires: 60 }));
      expect(await Promise.all([add('first'), add('second')])).toEqual([true, false]);
      expect(await trial.textOf(`${trial.prefix}:added`)).toBe('first');
    });

    it('counts concurrent increments exactly, from an initial value', async () => {
      const { client } = trial.engine;
      const increment = () =>
        trial.engine.settle('increment', () =>
          client.increment(`${trial.prefix}:count`, 1, { initial: 10, expires: 60 }),
        );
      const counts = await Promise.all(Array.from({ length: 20 }, increment));
      expect(counts.map(({ value }) => value)).toEqual(Array.from({ length: 20 }, (_, i) => 10 + i));
    });

    it('deletes a key and returns whether it existed', async () => {
      const key = `${trial.prefix}:deleted`;
      const remove = () => trial.engine.settle('delete', () => trial.engine.client.delete(key));
      await trial.set(key, 'value');
      expect([await remove(), await remove()]).toEqual([true, false]);
      expect(await trial.get(key)).toBeNull();
    });

    it('expires values after whole seconds', async () => {
      await trial.set(`${trial.prefix}:short`, 'value', { expires: 1 });
      await trial.set(`${trial.prefix}:long`, 'value', { expires: 60 });
      await until(async () => (await trial.get(`${trial.prefix}:short`)) === null);
      expect(await trial.textOf(`${trial.prefix}:long`)).toBe('value');
    });

    it('stores values of nearly a megabyte, and rejects a larger one as failed', async () => {
      const large = randomBytes(LARGEST_VALUE);
      await trial.set(`${trial.prefix}:large`, large);
      expect(large.equals((await trial.get(`${trial.prefix}:large`)) ?? Buffer.alloc(0))).toBe(true);
      const failure = await failureOf(() => trial.set(`${trial.prefix}:too-large`, randomBytes(1_048_577)));
      expect(failure).toBeInstanceOf(EngineError);
      expect(failure).toMatchObject({ outcome: 'failed' });
      expect(await trial.textOf(`${trial.prefix}:too-large`)).toBeNull();
      expect(trial.engine.report()).toMatchObject({ state: 'ready' });
    });

    it(`accepts keys of ${LONGEST_KEY} bytes`, async () => {
      const longest = trial.keys(10).map((key) => key.padEnd(LONGEST_KEY, 'x'));
      await Promise.all(longest.map((key) => trial.set(key, key)));
      expect(await Promise.all(longest.map((key) => trial.textOf(key)))).toEqual(longest);
    });

    it('reports kind, state and breaker', () => {
      expect(trial.engine.report()).toMatchObject({
        kind: 'memcached',
        topology: 'standalone',
        state: 'ready',
        reason: null,
        breaker: 'closed',
      });
    });
  });
}
