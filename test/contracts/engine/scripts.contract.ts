import { beforeEach, describe, expect, it } from 'vitest';
import { defineScript, EngineError } from '../../../src/engine/index.js';
import { type EngineTrial, failureOf } from '../engine-trial.js';
import { commandsOf } from '../../support/commands-of.js';

const add = defineScript('contract.add', 'return redis.call("INCRBY", KEYS[1], ARGV[1])');

/** Scripts are sent by digest, and in full if the server does not know them. */
export function describeScripts(trial: EngineTrial): void {
  describe('scripts', () => {
    const flush = () =>
      Promise.all(trial.servers.nodes.map((node) => node.command('SCRIPT', 'FLUSH', 'SYNC')));
    const answerTo = (lua: string) =>
      trial.engine.run(defineScript('contract.answer', lua), [trial.key('key')], []);
    beforeEach(flush);

    it('run on servers that do not know them, also after SCRIPT FLUSH', async () => {
      const key = trial.key('sum');
      expect(await trial.engine.run(add, [key], ['3'])).toBe(3);
      expect(await trial.engine.run(add, [key], ['4'])).toBe(7);
      await flush();
      expect(await trial.engine.run(add, [key], ['5'])).toBe(12);
    });

    it('run exactly once per call when many calls reach a server that does not know them', async () => {
      const key = trial.key('sum');
      await Promise.all(Array.from({ length: 100 }, () => trial.engine.run(add, [key], ['1'])));
      expect(await commandsOf(trial.engine).get(key)).toBe('100');
    });

    it('run on the primary of their key', async () => {
      const keys = trial.spreadKeys(30);
      const replies = await Promise.all(keys.map((key, i) => trial.engine.run(add, [key], [String(i)])));
      expect(replies).toEqual(keys.map((_, i) => i));
      expect(await trial.engine.getMany(keys)).toEqual(keys.map((_, i) => String(i)));
    });

    it('accept several keys with the same hash tag', async () => {
      const both = defineScript(
        'contract.both',
        'return {redis.call("GET", KEYS[1]), redis.call("GET", KEYS[2])}',
      );
      const keys = [trial.key('one'), trial.key('other')];
      await commandsOf(trial.engine).set(trial.key('one'), '1');
      await commandsOf(trial.engine).set(trial.key('other'), '2');
      expect(await trial.engine.run(both, keys, [])).toEqual(['1', '2']);
    });

    it.each([
      ['numbers, truncated to integers', 'return 3.9', 3],
      ['nil', 'return nil', null],
      ['false, as nil', 'return false', null],
      ['text', 'return "text"', 'text'],
      ['a status', 'return redis.status_reply("FINE")', 'FINE'],
      ['nested arrays', 'return {1, "two", {3, {"four"}}, false}', [1, 'two', [3, ['four']], null]],
      ['an empty array', 'return {}', []],
    ])('return %s', async (_what, lua, answer) => {
      expect(await answerTo(lua)).toEqual(answer);
    });

    it.each([
      ['they return an error', 'return redis.error_reply("MINE went wrong")', 'MINE'],
      ['they raise an error', 'error("raised")', 'ERR'],
      ['one of their commands fails', 'return redis.call("LPUSH", "x")', 'ERR'],
      ['they are not valid Lua', 'this is no Lua', 'ERR'],
    ])('reject when %s', async (_when, lua, code) => {
      const failure = await failureOf(() => answerTo(lua));
      expect(failure).toBeInstanceOf(EngineError);
      expect(failure).toMatchObject({ outcome: 'failed', message: expect.stringContaining(code) });
    });

    it('do not affect later calls when they fail', async () => {
      for (let i = 0; i < 20; i++) await failureOf(() => answerTo('error("raised")'));
      expect(await trial.engine.run(add, [trial.key('sum')], ['1'])).toBe(1);
      expect(trial.engine.report().breaker).toBe('closed');
    });
  });
}
