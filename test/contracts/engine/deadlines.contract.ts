import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { defineScript, EngineError, type RedisEngine } from '../../../src/engine/index.js';
import { elapsed } from '../../support/elapsed.js';
import { until } from '../../support/until.js';
import { type EngineTrial, failureOf, outcomeOf } from '../engine-trial.js';

const DEADLINE_MS = 300;
/** Tolerance: timers are not exact. */
const LATE_MS = 50;

const read = defineScript('contract.read', 'return redis.call("GET", KEYS[1])');
const MEGABYTE = 'x'.repeat(1_000_000);

/** Every call settles by its deadline, in every state of the servers. */
export function describeDeadlines(trial: EngineTrial): void {
  describe('deadlines', () => {
    it.each<[string, (engine: RedisEngine, key: string) => Promise<unknown>]>([
      ['a command', (engine, key) => engine.clientWith({ deadlineMs: 50 }).get(key)],
      ['a batch', (engine, key) => engine.clientWith({ deadlineMs: 50 }).multi().get(key).exec()],
      ['a script', (engine, key) => engine.run(read, [key], [], { deadlineMs: 50 })],
    ])('can be set for %s', async (_what, call) => {
      const key = trial.key('paused');
      const engine = await trial.anotherEngine(DEADLINE_MS);
      await trial.pause(key);
      const { ms, result: outcome } = await elapsed(() => outcomeOf(call(engine, key)));
      expect(ms).toBeLessThan(50 + LATE_MS);
      expect(outcome).toMatch(/^(unknown|refused)$/);
    });

    it('that are not finite reject the call with a RangeError', async () => {
      const [key, ...keys] = trial.spreadKeys(20) as [string, ...string[]];
      const { done } = trial.engine.statistics;
      const endless = trial.engine.clientWith({ deadlineMs: Number.POSITIVE_INFINITY });
      const calls = [
        () => endless.get(key),
        () => endless.mGet(keys),
        () => endless.multi().get(key).exec(),
        () => trial.engine.run(read, [key], [], { deadlineMs: Number.NaN }),
      ];
      for (const call of calls) expect(await failureOf(call)).toBeInstanceOf(RangeError);
      expect(trial.engine.statistics.done).toBe(done);
    });

    it('default to the deadline of the engine', async () => {
      const key = trial.key('paused');
      const engine = await trial.anotherEngine(DEADLINE_MS);
      await trial.pause(key);
      const settled = await Promise.all(
        Array.from({ length: 50 }, () => elapsed(() => outcomeOf(engine.client.get(key)))),
      );
      for (const { ms, result: outcome } of settled) {
        expect(ms).toBeLessThan(DEADLINE_MS + LATE_MS);
        expect(outcome).toMatch(/^(unknown|refused)$/);
      }
    });

    it('that are long let a call succeed after a pause of the server that is longer than the default', async () => {
      const key = trial.key('busy');
      const engine = await trial.anotherEngine(DEADLINE_MS);
      await engine.client.set(key, 'value');
      const server = await trial.pause(key);
      const withLongDeadline = engine.clientWith({ deadlineMs: 1_500 });
      const calls = [
        withLongDeadline.get(key),
        withLongDeadline.multi().get(key).exec(),
        engine.run(read, [key], [], { deadlineMs: 1_500 }),
      ];
      setTimeout(() => server.resume(), 700);
      expect(await Promise.all(calls)).toEqual(['value', ['value'], 'value']);
    });

    it('do not discard replies that arrived while the event loop was blocked', async () => {
      const key = trial.key('blocked');
      const engine = await trial.anotherEngine(DEADLINE_MS);
      await engine.client.set(key, 'value');
      const { connects } = engine.statistics;
      const written = engine.client.get(key);
      await setImmediate();
      blockEventLoop(2 * DEADLINE_MS);
      expect(await written).toBe('value');
      const unwritten = outcomeOf(engine.client.get(key));
      blockEventLoop(2 * DEADLINE_MS);
      expect(await unwritten).toMatch(/^(done|unknown)$/);
      expect(engine.statistics.connects).toBe(connects);
    });

    it('that pass reject with outcome unknown and name the command', async () => {
      const key = trial.key('paused');
      const engine = await trial.anotherEngine(DEADLINE_MS);
      await trial.pause(key);
      const failure = await failureOf(() => engine.client.get(key));
      expect(failure).toBeInstanceOf(EngineError);
      expect(failure).toMatchObject({ outcome: 'unknown', message: expect.stringMatching(/get/i) });
    });

    it('never lead to the execution of a refused call', async () => {
      const engine = await trial.anotherEngine(DEADLINE_MS);
      const keys = Array.from({ length: 60 }, (_, i) => trial.key(String(i)));
      const server = await trial.pause(trial.key(''));
      const calls: Promise<string>[] = [];
      for (const [i, key] of keys.entries()) {
        const { client } = engine;
        calls.push(outcomeOf(i % 2 ? client.set(key, MEGABYTE) : client.multi().set(key, MEGABYTE).exec()));
        await setImmediate();
      }
      const outcomes = await Promise.all(calls);
      const refused = keys.filter((_, i) => outcomes[i] === 'refused');
      // The socket buffers of Linux accept up to 40 MB.
      expect(refused.length).toBeGreaterThan(10);
      expect(new Set(outcomes)).toEqual(new Set(['refused', 'unknown']));
      server.resume();
      await until(async () => (await outcomeOf(engine.client.get(trial.key('')))) === 'done');
      expect(await trial.engine.client.exists(refused)).toBe(0);
    });

    it('are not awaited if the queue is full: the call is refused at once', async () => {
      const engine = await trial.anotherEngine(DEADLINE_MS);
      await trial.pause(trial.key(''));
      const calls = Array.from({ length: 10_100 }, () => outcomeOf(engine.client.get(trial.key(''))));
      expect(await Promise.race(calls)).toBe('refused');
      const outcomes = await Promise.all(calls);
      expect(outcomes.filter((outcome) => outcome === 'refused').length).toBeGreaterThanOrEqual(100);
    });

    it('that pass for many calls do not prevent later calls from succeeding', async () => {
      const keys = trial.spreadKeys(30);
      const engine = await trial.anotherEngine(DEADLINE_MS);
      const server = await trial.pause(keys[0] ?? '');
      const write = (key: string) => outcomeOf(engine.client.set(key, 'value'));
      await Promise.all(keys.map(write));
      server.resume();
      await until(async () => (await Promise.all(keys.map(write))).every((it) => it === 'done'));
      const { done, refused, failed, unknown } = engine.statistics;
      expect(done).toBeGreaterThanOrEqual(keys.length);
      expect(refused + unknown).toBeGreaterThan(0);
      expect(failed).toBe(0);
    });
  });
}

function blockEventLoop(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
