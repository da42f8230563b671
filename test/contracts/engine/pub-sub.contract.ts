import { describe, expect, it } from 'vitest';
import type { RedisEngine } from '../../../src/engine/index.js';
import { until } from '../../support/until.js';
import { type EngineTrial, SOON } from '../engine-trial.js';

interface Listener {
  readonly messages: string[];
  /** How often its subscription began. */
  begun: number;
  stop(): void;
}

/** Messages between nodes of the application, whatever the engine is made of. */
export function describePubSub(trial: EngineTrial): void {
  describe('pub/sub', () => {
    const channel = () => trial.key('channel');

    async function listenOn(engine: RedisEngine, name = channel()): Promise<Listener> {
      const listener: Listener = { messages: [], begun: 0, stop: () => undefined };
      listener.stop = engine.subscribe(name, {
        onMessage: (message) => listener.messages.push(message),
        onLive: () => (listener.begun += 1),
      });
      trial.afterTest(() => listener.stop());
      await until(() => listener.begun === 1);
      return listener;
    }

    it('brings a message to every subscriber on every node, once and in order', async () => {
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

    it('says how many connections a message reached', async () => {
      expect(await trial.engine.publish(channel(), 'to nobody')).toBe(0);
      const other = await trial.anotherEngine();
      await Promise.all([listenOn(trial.engine), listenOn(other)]);
      expect(await trial.engine.publish(channel(), 'to two nodes')).toBe(2);
    });

    it('keeps every character of a message and of a channel', async () => {
      const name = `${channel()}\r\n\0 東京 👩🏽‍🚀`;
      const listener = await listenOn(trial.engine, name);
      const sent = ['', '\r\n$3\r\n\0', 'Zoë 東京 👩🏽‍🚀', 'x'.repeat(1_000_000)];
      for (const message of sent) await trial.engine.publish(name, message);
      await until(() => listener.messages.length === sent.length);
      expect(listener.messages.map((message, i) => message === sent[i])).toEqual(sent.map(() => true));
    });

    it('keeps channels apart, wherever they are', async () => {
      const names = trial.spreadKeys(20);
      const listeners = await Promise.all(names.map((name) => listenOn(trial.engine, name)));
      await Promise.all(names.map((name) => trial.engine.publish(name, `for ${name}`)));
      await until(() => listeners.every(({ messages }) => messages.length > 0));
      expect(listeners.map(({ messages }) => messages)).toEqual(names.map((name) => [`for ${name}`]));
    });

    it('brings nothing after unsubscribing, but to the others of the channel', async () => {
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

    it('begins a subscription again right after it was ended', async () => {
      for (let i = 0; i < 10; i++) {
        const listener = await listenOn(trial.engine);
        await trial.engine.publish(channel(), `message ${i}`);
        await expect.poll(() => listener.messages, SOON).toEqual([`message ${i}`]);
        listener.stop();
      }
    });

    it('begins a subscription that was asked for before there was a connection', async () => {
      const engine = trial.idleEngine();
      const listening = listenOn(engine);
      engine.start();
      const listener = await listening;
      await trial.engine.publish(channel(), 'message');
      await expect.poll(() => listener.messages, SOON).toEqual(['message']);
    });

    it('goes on with the other listeners when one throws', async () => {
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

    it('says when a subscription begins again after a lost connection, and brings what is sent from then on', async () => {
      const engine = await trial.anotherEngine();
      const listener = await listenOn(engine);
      await trial.cutConnections();
      await until(() => listener.begun === 2);
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
