import { describe, expect, it } from 'vitest';
import { defineScript, engineStateChannel } from '../../../src/engine/index.js';
import { until } from '../../support/until.js';
import { type EngineTrial, outcomeOf, SOON } from '../engine-trial.js';
import { commandsOf } from '../../support/commands-of.js';

const read = defineScript('contract.read', 'return redis.call("GET", KEYS[1])');

/** Connecting, reconnecting and closing. */
export function describeLifecycle(trial: EngineTrial): void {
  describe('lifecycle', () => {
    it('calls the onReady listener after a reconnect', async () => {
      const engine = await trial.anotherEngine();
      let times = 0;
      engine.onReady(() => (times += 1));
      await trial.cutConnections();
      await expect.poll(() => times, SOON).toBeGreaterThan(0);
    });

    it('is ready without a reason only when it sends calls to all slots', async () => {
      const engines = Array.from({ length: 10 }, () => trial.idleEngine());
      const waiting = new Set(engines);
      const outcomes: Promise<string>[] = [];
      const write = () => {
        for (const engine of waiting) {
          if (!engine.isReady || engine.report().reason !== null) continue;
          waiting.delete(engine);
          for (const key of trial.spreadKeys(30))
            outcomes.push(outcomeOf(commandsOf(engine).set(key, 'value')));
        }
      };
      engineStateChannel.subscribe(write);
      trial.afterTest(() => engineStateChannel.unsubscribe(write));
      for (const engine of engines) engine.start();
      await until(() => waiting.size === 0);
      expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['done']));
    });

    it('refuses every call after close', async () => {
      const engine = await trial.anotherEngine();
      const key = trial.key('closed');
      await commandsOf(engine).set(key, 'value');
      engine.close();
      const calls = [
        commandsOf(engine).get(key),
        engine.run(read, [key], []),
        engine.publish(key, 'message'),
      ];
      expect(await Promise.all(calls.map(outcomeOf))).toEqual(calls.map(() => 'refused'));
      expect(engine.isReady).toBe(false);
    });

    it('settles pending calls when it is closed', async () => {
      const engine = await trial.anotherEngine();
      const key = trial.key('closing');
      const calls = Array.from({ length: 100 }, () => outcomeOf(commandsOf(engine).incr(key)));
      engine.close();
      const outcomes = await Promise.all(calls);
      const possiblyExecuted = outcomes.filter((it) => it !== 'refused').length;
      expect(Number((await commandsOf(trial.engine).get(key)) ?? 0)).toBeLessThanOrEqual(possiblyExecuted);
    });

    it('can be closed twice', async () => {
      const engine = await trial.anotherEngine();
      engine.close();
      engine.close();
      expect(await outcomeOf(commandsOf(engine).get(trial.key('closed')))).toBe('refused');
    });

    it('closes all its connections and sockets', async () => {
      const [before, socketsBefore] = [await clientsOf(trial), openSockets()];
      const engine = await trial.anotherEngine();
      engine.subscribe(trial.key('channel'), { onMessage: () => undefined });
      const watching = engine.invalidations([trial.key('channel')], () => undefined);
      await until(() => watching.isCoherent(1_000) || watching.isRefused);
      await Promise.all(trial.spreadKeys(30).map((key) => commandsOf(engine).set(key, 'value')));
      const own = (await clientsOf(trial)).filter((client) => !before.includes(client));
      expect(own.length).toBeGreaterThan(1);
      engine.close();
      const left = async () => (await clientsOf(trial)).filter((client) => own.includes(client));
      await expect.poll(left, SOON).toEqual([]);
      await expect.poll(openSockets, SOON).toBeLessThanOrEqual(socketsBefore);
    });

    it('does not affect another engine with the same address when it is closed', async () => {
      const key = trial.key('shared');
      const [leaving, staying] = [await trial.anotherEngine(), await trial.anotherEngine()];
      const messages: string[] = [];
      const isLive = new Promise<void>((resolve) => {
        const onMessage = (message: string) => messages.push(message);
        trial.afterTest(staying.subscribe(key, { onMessage, onLive: resolve }));
      });
      await isLive;
      const calls = Array.from({ length: 200 }, () => outcomeOf(commandsOf(staying).incr(key)));
      const failing = Array.from({ length: 200 }, () => outcomeOf(commandsOf(leaving).hGet(key, 'x')));
      leaving.close();
      expect(new Set(await Promise.all(calls))).toEqual(new Set(['done']));
      await Promise.all(failing);
      await staying.publish(key, 'still here');
      await until(() => messages.length === 1);
      expect(staying.report()).toMatchObject({ state: 'ready', reason: null, breaker: 'closed' });
    });
  });
}

/** The connections of all servers by both addresses, without those that run this query. */
async function clientsOf({ servers }: EngineTrial): Promise<string[]> {
  const lists = await Promise.all(servers.nodes.map((node) => node.command('CLIENT', 'LIST')));
  return lists
    .flatMap((list) => String(list).split('\n'))
    .filter((client) => !client.includes('cmd=client|list'))
    .flatMap((client) => /\baddr=\S+ laddr=\S+/.exec(client) ?? []);
}

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((resource) => /^(TCP|TLS)/.test(resource)).length;
}
