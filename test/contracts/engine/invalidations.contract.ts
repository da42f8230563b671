import { beforeEach, describe, expect, it } from 'vitest';
import { CrossSlotError, type RedisEngine } from '../../../src/engine/index.js';
import { elapsed } from '../../support/elapsed.js';
import { until } from '../../support/until.js';
import { type EngineTrial, failureOf, SOON } from '../engine-trial.js';
import { commandsOf } from '../../support/commands-of.js';

/** The basis of a local tier: it is notified of invalidations, and it knows when notifications may be missing. */
export function describeInvalidations(trial: EngineTrial): void {
  describe('invalidations', () => {
    let writer: RedisEngine;
    let channel: string;
    beforeEach(async () => {
      writer = await trial.anotherEngine();
      channel = trial.key('channel');
    });

    /** Opens a feed and resolves when it is coherent. `reported` contains the keys reported since. */
    async function watch(engine: RedisEngine, ...channels: string[]) {
      const reported: (string | null)[] = [];
      const watched = channels.length > 0 ? channels : [channel];
      const feed = engine.invalidations(watched, (keys) => reported.push(...(keys ?? [null])));
      trial.afterTest(() => feed.close());
      await until(() => feed.isCoherent(1_000));
      reported.length = 0;
      return { reported, feed };
    }

    const isDone = (call: Promise<unknown>) =>
      call.then(
        () => true,
        () => false,
      );

    it('delete the keys and report them to every engine, including the own one', async () => {
      const keys = [trial.key('one'), trial.key('two')];
      await commandsOf(writer).set(keys[0]!, 'value');
      const feeds = [await watch(trial.engine), await watch(writer)];
      await writer.invalidate(channel, keys);
      expect(await commandsOf(writer).exists(keys)).toBe(0);
      for (const { reported } of feeds) await expect.poll(() => reported, SOON).toEqual(keys);
    });

    it('are reported by a feed of channels on all shards', async () => {
      const channels = Array.from({ length: 30 }, (_, i) => `${trial.prefix}{${i}}:channel`);
      const { reported } = await watch(trial.engine, ...channels);
      const keys = channels.map((name) => `${name}:key`);
      await Promise.all(keys.map((key, i) => writer.invalidate(channels[i] ?? '', [key])));
      await until(() => reported.length === keys.length);
      expect(new Set(reported)).toEqual(new Set(keys));
    });

    it('delete and report thousands of keys at once', async () => {
      const keys = Array.from({ length: 10_000 }, (_, i) => trial.key(String(i)));
      await commandsOf(writer).set(keys[9_999]!, 'value');
      const { reported } = await watch(trial.engine);
      await writer.invalidate(channel, keys);
      expect(await commandsOf(writer).exists(keys[9_999]!)).toBe(0);
      await expect.poll(() => reported, SOON).toEqual(keys);
    });

    it('are rejected before anything is sent where keys and channel have different hash tags', async () => {
      expect(await failureOf(() => writer.invalidate(channel, ['{another}:key']))).toBeInstanceOf(
        CrossSlotError,
      );
    });

    it('are reported by a feed that was opened before the engine was connected', async () => {
      const engine = trial.idleEngine();
      const watching = watch(engine);
      engine.start();
      const { reported } = await watching;
      await writer.invalidate(channel, [trial.key('key')]);
      await expect.poll(() => reported, SOON).toEqual([trial.key('key')]);
    });

    it('are reported by a feed that was closed and opened again on the same connection', async () => {
      const first = await watch(trial.engine);
      first.feed.close();
      const { reported } = await watch(trial.engine);
      await writer.invalidate(channel, [trial.key('key')]);
      await expect.poll(() => reported, SOON).toEqual([trial.key('key')]);
      expect(first.reported).toEqual([]);
    });

    it('are not reported by a feed of another channel', async () => {
      const other = await watch(trial.engine, trial.key('other'));
      const { reported } = await watch(trial.engine);
      await writer.invalidate(trial.key('other'), [trial.key('one')]);
      await writer.invalidate(channel, [trial.key('two')]);
      await expect
        .poll(() => [other.reported, reported], SOON)
        .toEqual([[trial.key('one')], [trial.key('two')]]);
    });

    it('are not reported after close, while other feeds continue', async () => {
      const closing = await watch(trial.engine);
      const staying = await watch(trial.engine);
      closing.feed.close();
      await writer.invalidate(channel, [trial.key('after')]);
      await until(() => staying.reported.includes(trial.key('after')));
      expect(closing.reported).toEqual([]);
      expect(closing.feed.isCoherent(1_000)).toBe(false);
      expect(staying.feed.isCoherent(1_000)).toBe(true);
    });

    it('arrive before the feed reports that it is coherent after them', async () => {
      const { reported, feed } = await watch(trial.engine);
      for (let i = 0; i < 5; i++) {
        const key = trial.key(`lease ${i}`.replace(' ', '-'));
        await writer.invalidate(channel, [key]);
        const acknowledgedAt = performance.now();
        await until(() => feed.isCoherent(performance.now() - acknowledgedAt));
        expect(reported).toContain(key);
      }
    });

    it('leave the feed not coherent while a server is silent, and coherent again after it is back', async () => {
      const { reported, feed } = await watch(trial.engine);
      const server = await trial.pause(channel);
      const { ms } = await elapsed(() => until(() => !feed.isCoherent(1_000)));
      expect(ms).toBeLessThan(1_100);
      server.resume();
      await until(() => feed.isCoherent(1_000));
      reported.length = 0;
      await until(() => isDone(writer.invalidate(channel, [trial.key('key')])));
      await expect.poll(() => reported, SOON).toContain(trial.key('key'));
    });

    it('are reported as null after a lost connection, and then continue', async () => {
      const { reported, feed } = await watch(trial.engine);
      await trial.cutConnections();
      await expect.poll(() => reported, SOON).toContain(null);
      await until(() => feed.isCoherent(1_000));
      await until(() => isDone(writer.invalidate(channel, [trial.key('key')])));
      await expect.poll(() => reported, SOON).toContain(trial.key('key'));
    });
  });
}
