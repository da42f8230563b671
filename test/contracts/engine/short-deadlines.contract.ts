import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { defineScript } from '../../../src/engine/index.js';
import { type EngineTrial, outcomeOf } from '../engine-trial.js';
import { commandsOf } from '../../support/commands-of.js';

const DEADLINE_MS = 300;
const MEGABYTE = 'x'.repeat(1_000_000);

const count = defineScript('contract.count', 'return redis.call("INCR", KEYS[1])');

/** Deadlines shorter than that of the engine: a call that expires says nothing about the server. */
export function describeShortDeadlines(trial: EngineTrial): void {
  describe('deadlines shorter than that of the engine', () => {
    it('do not affect pending calls with a longer deadline when they pass', async () => {
      const key = trial.key('busy');
      const engine = await trial.anotherEngine(DEADLINE_MS);
      await commandsOf(engine).set(key, 'value');
      const server = await trial.pause(key);
      const pending = commandsOf(engine, { deadlineMs: 1_500 }).get(key);
      const outcomes = Array.from({ length: 3 }, () =>
        outcomeOf(commandsOf(engine, { deadlineMs: 50 }).get(key)),
      );
      expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['unknown']));
      server.resume();
      expect(await pending).toBe('value');
      expect(engine.statistics).toMatchObject({ connects: trial.servers.primaries.length });
    });

    it('do not affect other calls, and refused calls are never executed', async () => {
      const [key, counter] = [trial.key('large'), trial.key('short')];
      const engine = await trial.anotherEngine(DEADLINE_MS);
      const { connects } = engine.statistics;
      const server = await trial.pause(key);
      const withLongDeadline = commandsOf(engine, { deadlineMs: 5_000 });
      // More than the socket buffers hold.
      const large = Array.from({ length: 20 }, () => outcomeOf(withLongDeadline.set(key, MEGABYTE)));
      await setImmediate();
      const client = commandsOf(engine, { deadlineMs: 20 });
      const calls = [client.incr(counter), engine.run(count, [counter], [], { deadlineMs: 20 })];
      expect(await Promise.all(calls.map(outcomeOf))).toEqual(calls.map(() => 'refused'));
      server.resume();
      expect(new Set(await Promise.all(large))).toEqual(new Set(['done']));
      expect(await commandsOf(engine).get(counter)).toBeNull();
      expect(engine.statistics.connects).toBe(connects);
    });

    it('do not open the breaker', async () => {
      const key = trial.key('far');
      const engine = await trial.anotherEngine(DEADLINE_MS);
      const server = await trial.pause(key);
      const withShortDeadline = commandsOf(engine, { deadlineMs: 5 });
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => outcomeOf(withShortDeadline.get(key))),
      );
      expect(new Set(outcomes)).toEqual(new Set(['unknown']));
      const usual = outcomeOf(commandsOf(engine).get(key));
      server.resume();
      expect(await usual).toBe('done');
      expect(engine.report()).toMatchObject({ state: 'ready', breaker: 'closed' });
    });
  });
}
