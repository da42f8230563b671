import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { defineScript, EngineError, type RedisEngine } from '../../../src/engine/index.js';
import { elapsed } from '../../support/elapsed.js';
import { until } from '../../support/until.js';
import { type EngineTrial, failureOf, outcomeOf } from '../engine-trial.js';
import { commandsOf } from '../../support/commands-of.js';

const DEADLINE_MS = 300;
/** Tolerance: timers are not exact. */
const LATE_MS = 50;

const read = defineScript('contract.read', 'return redis.call("GET", KEYS[1])');
const write = defineScript('contract.write', 'return redis.call("SET", KEYS[1], ARGV[1])');
const MEGABYTE = 'x'.repeat(1_000_000);

/** Every call settles by its deadline, in every state of the servers. */
export function describeDeadlines(trial: EngineTrial): void {
  describe('deadlines', () => {
    it.each<[string, (engine: RedisEngine, key: string) => Promise<unknown>]>([
      ['a command', (engine, key) => commandsOf(engine, { deadlineMs: 50 }).get(key)],
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
      const key = trial.key('endless');
      const { done } = trial.engine.statistics;
      const endless = commandsOf(trial.engine, { deadlineMs: Number.POSITIVE_INFINITY });
      const calls = [
        () => endless.get(key),
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
        Array.from({ length: 50 }, () => elapsed(() => outcomeOf(commandsOf(engine).get(key)))),
      );
      for (const { ms, result: outcome } of settled) {
        expect(ms).toBeLessThan(DEADLINE_MS + LATE_MS);
        expect(outcome).toMatch(/^(unknown|refused)$/);
      }
    });

    it('that are long let a call succeed after a pause of the server that is longer than the default', async () => {
      const key = trial.key('busy');
      const engine = await trial.anotherEngine(DEADLINE_MS);
      await commandsOf(engine).set(key, 'value');
      const server = await trial.pause(key);
      const withLongDeadline = commandsOf(engine, { deadlineMs: 1_500 });
      const calls = [withLongDeadline.get(key), engine.run(read, [key], [], { deadlineMs: 1_500 })];
      setTimeout(() => server.resume(), 700);
      expect(await Promise.all(calls)).toEqual(['value', 'value']);
    });

    it('do not discard replies that arrived while the event loop was blocked', async () => {
      const key = trial.key('blocked');
      const engine = await trial.anotherEngine(DEADLINE_MS);
      await commandsOf(engine).set(key, 'value');
      const { connects } = engine.statistics;
      const written = commandsOf(engine).get(key);
      await setImmediate();
      blockEventLoop(2 * DEADLINE_MS);
      expect(await written).toBe('value');
      const unwritten = outcomeOf(commandsOf(engine).get(key));
      blockEventLoop(2 * DEADLINE_MS);
      expect(await unwritten).toMatch(/^(done|unknown)$/);
      expect(engine.statistics.connects).toBe(connects);
    });

    it('that pass reject with outcome unknown', async () => {
      const key = trial.key('paused');
      const engine = await trial.anotherEngine(DEADLINE_MS);
      await trial.pause(key);
      const failure = await failureOf(() => commandsOf(engine).get(key));
      expect(failure).toBeInstanceOf(EngineError);
      expect(failure).toMatchObject({
        outcome: 'unknown',
        message: expect.stringMatching(/did not answer the call within 300 ms\.$/),
      });
    });

    it('never lead to the execution of a refused call', async () => {
      const engine = await trial.anotherEngine(DEADLINE_MS);
      const keys = Array.from({ length: 60 }, (_, i) => trial.key(String(i)));
      const server = await trial.pause(trial.key(''));
      const calls: Promise<string>[] = [];
      // Several turns of the event loop: node-redis writes at least one command in each.
      for (const [i, key] of keys.entries()) {
        const isScript = i % 2 === 1;
        const call = isScript
          ? engine.run(write, [key], [MEGABYTE])
          : engine.call(key, (client) => client.set(key, MEGABYTE));
        calls.push(outcomeOf(call));
        if (i % 20 === 19) await setImmediate();
      }
      const outcomes = await Promise.all(calls);
      const refused = keys.filter((_, i) => outcomes[i] === 'refused');
      // The socket buffers of Linux accept up to 40 MB.
      expect(refused.length).toBeGreaterThan(10);
      expect(new Set(outcomes)).toEqual(new Set(['refused', 'unknown']));
      server.resume();
      await until(async () => (await outcomeOf(commandsOf(engine).get(trial.key('')))) === 'done');
      expect(await commandsOf(trial.engine).exists(refused)).toBe(0);
    });

    it('never lead to the execution of a refused call, also if the server resumes when they pass', async () => {
      const engine = await trial.anotherEngine(DEADLINE_MS);
      for (let round = 0; round < 5; round++) {
        const keys = Array.from({ length: 60 }, (_, i) => trial.key(`${round}:${i}`));
        const server = await trial.pause(trial.key(''));
        setTimeout(() => server.resume(), DEADLINE_MS + round - 2);
        const calls = keys.map((key) => outcomeOf(engine.call(key, (client) => client.set(key, MEGABYTE))));
        const outcomes = await Promise.all(calls);
        const refused = keys.filter((_, i) => outcomes[i] === 'refused');
        await until(async () => (await outcomeOf(commandsOf(engine).get(trial.key('')))) === 'done');
        expect(await trial.engine.getMany(refused)).toEqual(refused.map(() => null));
      }
    });

    it('are not awaited if the queue is full: the call is refused at once', async () => {
      const engine = await trial.anotherEngine(DEADLINE_MS);
      await trial.pause(trial.key(''));
      const calls = Array.from({ length: 10_100 }, () => outcomeOf(commandsOf(engine).get(trial.key(''))));
      expect(await Promise.race(calls)).toBe('refused');
      const outcomes = await Promise.all(calls);
      expect(outcomes.filter((outcome) => outcome === 'refused').length).toBeGreaterThanOrEqual(100);
    });

    it('that pass for many calls do not prevent later calls from succeeding', async () => {
      const keys = trial.spreadKeys(30);
      const engine = await trial.anotherEngine(DEADLINE_MS);
      const server = await trial.pause(keys[0] ?? '');
      const write = (key: string) => outcomeOf(commandsOf(engine).set(key, 'value'));
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
