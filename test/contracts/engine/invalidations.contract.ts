import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { InvalidationFeed, RedisEngine } from '../../../src/engine/index.js';
import { elapsed } from '../../support/elapsed.js';
import { until } from '../../support/until.js';
import { type EngineTrial, SOON } from '../engine-trial.js';

/** What a local tier stands on: it is told what changed, and knows when it might not have been. */
export function describeInvalidations(trial: EngineTrial): void {
  describe('invalidations', () => {
    let writer: RedisEngine;
    beforeEach(async () => {
      writer = await trial.anotherEngine();
    });

    /** Resolves when it is coherent; `told` is what it heard since. */
    async function watch(engine: RedisEngine, prefix = trial.prefix) {
      const told: (string | null)[] = [];
      const watching = engine.invalidations(prefix, (keys) => told.push(...(keys ?? [null])));
      trial.afterTest(() => watching.close());
      await until(() => watching.isCoherent(1_000));
      told.length = 0;
      return { told, isCoherent: watching.isCoherent.bind(watching), close: watching.close.bind(watching) };
    }

    it('tell of what others write, wherever it is', async () => {
      const keys = trial.spreadKeys(30);
      const { told } = await watch(trial.engine);
      await Promise.all(keys.map((key) => writer.client.set(key, 'value')));
      await until(() => keys.every((key) => told.includes(key)));
      expect(told.filter((key) => key === null)).toEqual([]);
    });

    it.each<[string, (key: string) => Promise<unknown>]>([
      ['deleted', (key) => writer.client.del(key)],
      ['replaced', (key) => writer.client.set(key, 'other')],
      ['given another lifetime', (key) => writer.client.expire(key, 60)],
      ['changed by a batch', (key) => writer.client.multi().append(key, 'more').exec()],
    ])('tell of what is %s', async (_how, change) => {
      const key = trial.key('changing');
      await writer.client.set(key, 'value');
      const { told } = await watch(trial.engine);
      await change(key);
      await expect.poll(() => told, SOON).toContain(key);
    });

    it('tell of what expires', async () => {
      const key = trial.key('expiring');
      const { told } = await watch(trial.engine);
      await writer.client.set(key, 'value', { expiration: { type: 'PX', value: 100 } });
      await expect.poll(() => told, SOON).toEqual([key, key]);
      expect(await writer.client.get(key)).toBeNull();
    });

    it('tell of what the same engine writes', async () => {
      const key = trial.key('own');
      const { told } = await watch(trial.engine);
      await trial.engine.client.set(key, 'value');
      await expect.poll(() => told, SOON).toContain(key);
    });

    it('tell null when everything is flushed', async () => {
      const key = trial.key('flushed');
      await writer.client.set(key, 'value');
      const { told } = await watch(trial.engine);
      await (await trial.servers.primaryOf(key)).command('FLUSHALL');
      await expect.poll(() => told, SOON).toContain(null);
    });

    it('begin when they were asked for before there was a connection', async () => {
      const engine = trial.idleEngine();
      const watching = watch(engine);
      engine.start();
      const { told } = await watching;
      await writer.client.set(trial.key('key'), 'value');
      await expect.poll(() => told, SOON).toContain(trial.key('key'));
    });

    it('begin when they were asked for while the connections were being made', async () => {
      const engine = trial.idleEngine();
      engine.start();
      const feeds: InvalidationFeed[] = [];
      const isConnected = () => engine.isReady && engine.report().reason === null;
      for (; !isConnected(); await delay(1)) {
        feeds.push(engine.invalidations(trial.key(`${feeds.length}:`), () => undefined));
      }
      await until(() => feeds.every((feed) => feed.isCoherent(1_000)));
      expect(engine.statistics.connects).toBe(trial.servers.primaries.length);
    });

    it('are closed and asked for again without harm to the connection', async () => {
      const engine = await trial.anotherEngine();
      const { connects } = engine.statistics;
      const first = await watch(engine, trial.key('a'));
      first.close();
      const again = await watch(engine, trial.key('a'));
      again.close();
      for (let i = 0; i < 3; i++) engine.invalidations(trial.key('b'), () => undefined).close();
      const [longer, other] = [await watch(engine, trial.key('a:b')), await watch(engine, trial.key('b'))];
      await writer.client.set(trial.key('a'), 'value');
      await writer.client.set(trial.key('a:b'), 'value');
      await writer.client.set(trial.key('b'), 'value');
      await until(() => longer.told.length > 0 && other.told.length > 0);
      expect([longer.told, other.told]).toEqual([[trial.key('a:b')], [trial.key('b')]]);
      expect(engine.statistics.connects).toBe(connects);
    });

    it('tell nothing of other prefixes', async () => {
      const { told } = await watch(trial.engine, trial.key('watched:'));
      await writer.client.set(trial.key('other'), 'value');
      await writer.client.set(trial.key('watched:one'), 'value');
      await until(() => told.length > 0);
      expect(told).toEqual([trial.key('watched:one')]);
    });

    it('tell each listener of its own prefix', async () => {
      const one = await watch(trial.engine, trial.key('one:'));
      const other = await watch(trial.engine, trial.key('other:'));
      await writer.client.set(trial.key('one:a'), 'value');
      await writer.client.set(trial.key('other:a'), 'value');
      await until(() => one.told.length > 0 && other.told.length > 0);
      expect([one.told, other.told]).toEqual([[trial.key('one:a')], [trial.key('other:a')]]);
    });

    it('tell nothing once closed, and the others go on', async () => {
      const closing = await watch(trial.engine);
      const staying = await watch(trial.engine);
      closing.close();
      await writer.client.set(trial.key('after'), 'value');
      await until(() => staying.told.includes(trial.key('after')));
      expect(closing.told).toEqual([]);
      expect(closing.isCoherent(1_000)).toBe(false);
      expect(staying.isCoherent(1_000)).toBe(true);
    });

    it('refuse a prefix that overlaps with one that is followed, until that one is closed', async () => {
      const [short, long] = [trial.key('a'), trial.key('ab')];
      const first = await watch(trial.engine, short);
      expect(() => trial.engine.invalidations(long, () => undefined)).toThrow(/overlaps/);
      first.close();
      const { told } = await watch(trial.engine, long);
      await writer.client.set(long, 'value');
      await expect.poll(() => told, SOON).toContain(long);
      expect(trial.engine.isReady).toBe(true);
    });

    it('arrive before anyone can find that the engine was coherent after the write', async () => {
      const key = trial.key('lease');
      const { told, isCoherent } = await watch(trial.engine);
      await writer.client.set(key, 'value');
      const wroteAt = performance.now();
      await until(() => isCoherent(performance.now() - wroteAt));
      expect(told).toContain(key);
    });

    it('are not coherent for longer than asked for once a server is silent, and again when it is back', async () => {
      const key = trial.key('silent');
      const { told, isCoherent } = await watch(trial.engine);
      const server = await trial.pause(key);
      const { ms } = await elapsed(() => until(() => !isCoherent(1_000)));
      expect(ms).toBeLessThan(1_100);
      server.resume();
      await until(() => isCoherent(1_000));
      told.length = 0;
      await until(async () => (await writer.client.set(key, 'value').catch(() => null)) === 'OK');
      await expect.poll(() => told, SOON).toContain(key);
    });

    it('tell null after the connection was lost, and go on', async () => {
      const key = trial.key('again');
      const { told, isCoherent } = await watch(trial.engine);
      await trial.cutConnections();
      await expect.poll(() => told, SOON).toContain(null);
      await until(() => isCoherent(1_000));
      await until(async () => (await writer.client.set(key, 'value').catch(() => null)) === 'OK');
      await expect.poll(() => told, SOON).toContain(key);
    });
  });
}
