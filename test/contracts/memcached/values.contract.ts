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

    it('stores values that look like the protocol', async () => {
      const values = ['END\r\n', 'a\r\nEND\r\n', '\r\n', 'VALUE a 0 1\r\nx\r\nEND\r\n', 'SERVER_ERROR x\r\n'];
      const keys = trial.keys(values.length);
      await Promise.all(keys.map((key, i) => trial.set(key, values[i] ?? '')));
      expect(await Promise.all(keys.map((key) => trial.textOf(key)))).toEqual(values);
    });

    it('adds a value only if the key does not exist', async () => {
      const add = (value: string) => trial.engine.add(`${trial.prefix}:added`, value, { lifeSeconds: 60 });
      expect(await Promise.all([add('first'), add('second')])).toEqual([true, false]);
      expect(await trial.textOf(`${trial.prefix}:added`)).toBe('first');
    });

    it('deletes a key and returns whether it existed', async () => {
      const key = `${trial.prefix}:deleted`;
      const remove = () => trial.engine.delete(key);
      await trial.set(key, 'value');
      expect([await remove(), await remove()]).toEqual([true, false]);
      expect(await trial.get(key)).toBeNull();
    });

    it('expires values after whole seconds', async () => {
      await trial.set(`${trial.prefix}:short`, 'value', { lifeSeconds: 1 });
      await trial.set(`${trial.prefix}:long`, 'value', { lifeSeconds: 60 });
      await until(async () => (await trial.get(`${trial.prefix}:short`)) === null);
      expect(await trial.textOf(`${trial.prefix}:long`)).toBe('value');
    });

    it('stores values of nearly a megabyte, and rejects a larger one as failed', async () => {
      const large = randomBytes(LARGEST_VALUE);
      await trial.set(`${trial.prefix}:large`, large);
      expect(large.equals((await trial.get(`${trial.prefix}:large`)) ?? Buffer.alloc(0))).toBe(true);
      const failure = await failureOf(() => trial.set(`${trial.prefix}:too-large`, randomBytes(1_048_577)));
      expect(failure).toBeInstanceOf(EngineError);
      expect(failure).toMatchObject({
        outcome: 'failed',
        message: 'Memcached answered set with SERVER_ERROR object too large for cache.',
      });
      expect(await trial.textOf(`${trial.prefix}:too-large`)).toBeNull();
      expect(trial.engine.report()).toMatchObject({ state: 'ready' });
    });

    it(`accepts keys of ${LONGEST_KEY} bytes`, async () => {
      const longest = trial.keys(10).map((key) => key.padEnd(LONGEST_KEY, 'x'));
      await Promise.all(longest.map((key) => trial.set(key, key)));
      expect(await Promise.all(longest.map((key) => trial.textOf(key)))).toEqual(longest);
    });

    it.each(['', 'two words', 'a\r\nflush_all', 'x'.repeat(LONGEST_KEY + 1)])(
      'rejects %j as a key, and sends nothing',
      async (key) => {
        await expect(trial.engine.set(key, 'value')).rejects.toThrow(TypeError);
        await expect(trial.engine.get(key)).rejects.toThrow(/^A key of Memcached has/);
        expect(trial.engine.report()).toMatchObject({ state: 'ready', reason: null });
      },
    );

    it('extends the life of a key, and returns whether it exists', async () => {
      const key = `${trial.prefix}:touched`;
      await trial.set(key, 'value', { lifeSeconds: 2 });
      expect(await trial.engine.touch(key, 60)).toBe(true);
      expect(await trial.engine.touch(`${key}:missing`, 60)).toBe(false);
      const other = `${trial.prefix}:untouched`;
      await trial.set(other, 'value', { lifeSeconds: 2 });
      await until(async () => (await trial.get(other)) === null);
      expect(await trial.textOf(key)).toBe('value');
    });

    it('reports kind, state and breaker', () => {
      expect(trial.engine.report()).toMatchObject({
        kind: 'memcached',
        topology: trial.setup.isDiscovered ? 'discovery' : 'standalone',
        state: 'ready',
        reason: null,
        breaker: 'closed',
      });
    });
  });
}
