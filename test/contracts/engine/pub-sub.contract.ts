import { describe, expect, it } from 'vitest';
import type { RedisEngine } from '../../../src/engine/index.js';
import { until } from '../../support/until.js';
import { type EngineTrial, SOON } from '../engine-trial.js';

interface Listener {
  readonly messages: string[];
  /** How often its subscription became active. */
  liveCount: number;
  stop(): void;
}

/** Messages between nodes of the application, in any topology. */
export function describePubSub(trial: EngineTrial): void {
  describe('pub/sub', () => {
    const channel = () => trial.key('channel');

    async function listenOn(engine: RedisEngine, name = channel()): Promise<Listener> {
      const listener: Listener = { messages: [], liveCount: 0, stop: () => undefined };
      listener.stop = engine.subscribe(name, {
        onMessage: (message) => listener.messages.push(message),
        onLive: () => (listener.liveCount += 1),
      });
      trial.afterTest(() => listener.stop());
      await until(() => listener.liveCount === 1);
      return listener;
    }

    it('delivers a message to every subscriber on every node, once and in order', async () => {
      const other = await trial.anotherEngine();
      const listeners = await Promise.all(
        [trial.engine, trial.engine, other].map((engine) => listenOn(engine)),
      );
      const sent = Array.from({ length: 100 }, (_, i) => `message ${i}`);
      await Promise.all(sent.map((message) => trial.engine.publish(channel(), message)));
      await other.publish(channel(), 'the last');
      for (const { messages } of listeners) await until(() => messages.length > sent.length);
      for (const { messages } of listeners) expect(messages).toEqual([...sent, 'the last']);
    });

    it('returns the number of connections that received a message', async () => {
      expect(await trial.engine.publish(channel(), 'to nobody')).toBe(0);
      const other = await trial.anotherEngine();
      await Promise.all([listenOn(trial.engine), listenOn(other)]);
      expect(await trial.engine.publish(channel(), 'to two nodes')).toBe(2);
    });

    it('preserves every character of message and channel', async () => {
      const name = `${channel()}\r\n\0 東京 👩🏽‍🚀`;
      const listener = await listenOn(trial.engine, name);
      const sent = ['', '\r\n$3\r\n\0', 'Zoë 東京 👩🏽‍🚀', 'x'.repeat(1_000_000)];
      for (const message of sent) await trial.engine.publish(name, message);
      await until(() => listener.messages.length === sent.length);
      expect(listener.messages.map((message, i) => message === sent[i])).toEqual(sent.map(() => true));
    });

    it('delivers messages only to their channel', async () => {
      const names = trial.spreadKeys(20);
      const listeners = await Promise.all(names.map((name) => listenOn(trial.engine, name)));
      await Promise.all(names.map((name) => trial.engine.publish(name, `for ${name}`)));
      await until(() => listeners.every(({ messages }) => messages.length > 0));
      expect(listeners.map(({ messages }) => messages)).toEqual(names.map((name) => [`for ${name}`]));
    });

    it('stops delivery after unsubscribing, but not for other subscribers of the channel', async () => {
      const [leaving, staying] = [await listenOn(trial.engine), await listenOn(trial.engine)];
      await trial.engine.publish(channel(), 'first');
      await until(() => leaving.messages.length === 1 && staying.messages.length === 1);
      leaving.stop();
      leaving.stop();
      await trial.engine.publish(channel(), 'second');
      await until(() => staying.messages.length === 2);
      expect(leaving.messages).toEqual(['first']);
      staying.stop();
      await until(async () => (await trial.engine.publish(channel(), 'third')) === 0);
      expect([leaving.messages, staying.messages]).toEqual([['first'], ['first', 'second']]);
    });

    it('can subscribe again right after unsubscribing', async () => {
      for (let i = 0; i < 10; i++) {
        const listener = await listenOn(trial.engine);
        await trial.engine.publish(channel(), `message ${i}`);
        await expect.poll(() => listener.messages, SOON).toEqual([`message ${i}`]);
        listener.stop();
      }
    });

    it('starts subscriptions that were requested before the engine was connected', async () => {
      const engine = trial.idleEngine();
      const listening = listenOn(engine);
      engine.start();
      const listener = await listening;
      await trial.engine.publish(channel(), 'message');
      await expect.poll(() => listener.messages, SOON).toEqual(['message']);
    });

    it('still delivers to other listeners when one throws', async () => {
      const stop = trial.engine.subscribe(channel(), {
        onMessage: () => {
          throw new Error('A listener that throws.');
        },
      });
      trial.afterTest(stop);
      const listener = await listenOn(trial.engine);
      await trial.engine.publish(channel(), 'first');
      await trial.engine.publish(channel(), 'second');
      await until(() => listener.messages.length === 2);
      expect(trial.engine.isReady).toBe(true);
    });

    it('reports when a subscription is active again after a lost connection, and delivers later messages', async () => {
      const engine = await trial.anotherEngine();
      const listener = await listenOn(engine);
      await trial.cutConnections();
      await until(() => listener.liveCount === 2);
      await until(() => isPublished(trial.engine, channel(), 'again'));
      await expect.poll(() => listener.messages, SOON).toContain('again');
    });
  });
}

async function isPublished(engine: RedisEngine, channel: string, message: string): Promise<boolean> {
  try {
    return (await engine.publish(channel, message)) > 0;
  } catch {
    return false;
  }
}
