import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { InvalidationFeed, RedisEngine } from '../../../src/engine/index.js';
import { elapsed } from '../../support/elapsed.js';
import { until } from '../../support/until.js';
import { type EngineTrial, SOON } from '../engine-trial.js';

/** The basis of a local tier: it is notified of changes, and it knows when notifications may be missing. */
export function describeInvalidations(trial: EngineTrial): void {
  describe('invalidations', () => {
    let writer: RedisEngine;
    beforeEach(async () => {
      writer = await trial.anotherEngine();
    });

    /** Opens a feed and resolves when it is coherent. `reported` contains the keys reported since. */
    async function watch(engine: RedisEngine, prefix = trial.prefix) {
      const reported: (string | null)[] = [];
      const watching = engine.invalidations(prefix, (keys) => reported.push(...(keys ?? [null])));
      trial.afterTest(() => watching.close());
      await until(() => watching.isCoherent(1_000));
      reported.length = 0;
      return {
        reported,
        isCoherent: watching.isCoherent.bind(watching),
        close: watching.close.bind(watching),
      };
    }

    it('report keys that other clients write, on all shards', async () => {
      const keys = trial.spreadKeys(30);
      const { reported } = await watch(trial.engine);
      await Promise.all(keys.map((key) => writer.client.set(key, 'value')));
      await until(() => keys.every((key) => reported.includes(key)));
      expect(reported.filter((key) => key === null)).toEqual([]);
    });

    it.each<[string, (key: string) => Promise<unknown>]>([
      ['deleted', (key) => writer.client.del(key)],
      ['replaced', (key) => writer.client.set(key, 'other')],
      ['given another lifetime', (key) => writer.client.expire(key, 60)],
      ['changed by a batch', (key) => writer.client.multi().append(key, 'more').exec()],
    ])('report a key that is %s', async (_how, change) => {
      const key = trial.key('changing');
      await writer.client.set(key, 'value');
      const { reported } = await watch(trial.engine);
      await change(key);
      await expect.poll(() => reported, SOON).toContain(key);
    });

    it('report a key that expires', async () => {
      const key = trial.key('expiring');
      const { reported } = await watch(trial.engine);
      await writer.client.set(key, 'value', { expiration: { type: 'PX', value: 100 } });
      await expect.poll(() => reported, SOON).toEqual([key, key]);
      expect(await writer.client.get(key)).toBeNull();
    });

    it('report keys that the same engine writes', async () => {
      const key = trial.key('own');
      const { reported } = await watch(trial.engine);
      await trial.engine.client.set(key, 'value');
      await expect.poll(() => reported, SOON).toContain(key);
    });

    it('report null after FLUSHALL', async () => {
      const key = trial.key('flushed');
      await writer.client.set(key, 'value');
      const { reported } = await watch(trial.engine);
      await (await trial.servers.primaryOf(key)).command('FLUSHALL');
      await expect.poll(() => reported, SOON).toContain(null);
    });

    it('start if they were requested before the engine was connected', async () => {
      const engine = trial.idleEngine();
      const watching = watch(engine);
      engine.start();
      const { reported } = await watching;
      await writer.client.set(trial.key('key'), 'value');
      await expect.poll(() => reported, SOON).toContain(trial.key('key'));
    });

    it('start if they were requested while the engine was connecting', async () => {
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

    it('can be closed and opened again on the same connection', async () => {
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
      await until(() => longer.reported.length > 0 && other.reported.length > 0);
      expect([longer.reported, other.reported]).toEqual([[trial.key('a:b')], [trial.key('b')]]);
      expect(engine.statistics.connects).toBe(connects);
    });

    it('do not report keys with other prefixes', async () => {
      const { reported } = await watch(trial.engine, trial.key('watched:'));
      await writer.client.set(trial.key('other'), 'value');
      await writer.client.set(trial.key('watched:one'), 'value');
      await until(() => reported.length > 0);
      expect(reported).toEqual([trial.key('watched:one')]);
    });

    it('report to each listener only keys with its prefix', async () => {
      const one = await watch(trial.engine, trial.key('one:'));
      const other = await watch(trial.engine, trial.key('other:'));
      await writer.client.set(trial.key('one:a'), 'value');
      await writer.client.set(trial.key('other:a'), 'value');
      await until(() => one.reported.length > 0 && other.reported.length > 0);
      expect([one.reported, other.reported]).toEqual([[trial.key('one:a')], [trial.key('other:a')]]);
    });

    it('stop after close, while other feeds continue', async () => {
      const closing = await watch(trial.engine);
      const staying = await watch(trial.engine);
      closing.close();
      await writer.client.set(trial.key('after'), 'value');
      await until(() => staying.reported.includes(trial.key('after')));
      expect(closing.reported).toEqual([]);
      expect(closing.isCoherent(1_000)).toBe(false);
      expect(staying.isCoherent(1_000)).toBe(true);
    });

    it('reject a prefix that overlaps with that of an open feed', async () => {
      const [short, long] = [trial.key('a'), trial.key('ab')];
      const first = await watch(trial.engine, short);
      expect(() => trial.engine.invalidations(long, () => undefined)).toThrow(/overlaps/);
      first.close();
      const { reported } = await watch(trial.engine, long);
      await writer.client.set(long, 'value');
      await expect.poll(() => reported, SOON).toContain(long);
      expect(trial.engine.isReady).toBe(true);
    });

    it('arrive before the feed reports that it is coherent after the write', async () => {
      const key = trial.key('lease');
      const { reported, isCoherent } = await watch(trial.engine);
      await writer.client.set(key, 'value');
      const wroteAt = performance.now();
      await until(() => isCoherent(performance.now() - wroteAt));
      expect(reported).toContain(key);
    });

    it('are not coherent while a server is silent, and are coherent again after it is back', async () => {
      const key = trial.key('silent');
      const { reported, isCoherent } = await watch(trial.engine);
      const server = await trial.pause(key);
      const { ms } = await elapsed(() => until(() => !isCoherent(1_000)));
      expect(ms).toBeLessThan(1_100);
      server.resume();
      await until(() => isCoherent(1_000));
      reported.length = 0;
      await until(async () => (await writer.client.set(key, 'value').catch(() => null)) === 'OK');
      await expect.poll(() => reported, SOON).toContain(key);
    });

    it('report null after a lost connection, and then continue', async () => {
      const key = trial.key('again');
      const { reported, isCoherent } = await watch(trial.engine);
      await trial.cutConnections();
      await expect.poll(() => reported, SOON).toContain(null);
      await until(() => isCoherent(1_000));
      await until(async () => (await writer.client.set(key, 'value').catch(() => null)) === 'OK');
      await expect.poll(() => reported, SOON).toContain(key);
    });
  });
}
