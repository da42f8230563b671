import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { defineScript, EngineError } from '../../../src/engine/index.js';
import { type EngineTrial, failureOf, outcomeOf } from '../engine-trial.js';
import { commandsOf } from '../../support/commands-of.js';

const SECRET = 'a-value-nobody-may-see';

/** Errors are logged, so they must not contain keys or values. */
export function describeErrors(trial: EngineTrial): void {
  describe('errors', () => {
    const key = () => trial.key('a-key-nobody-may-see');
    const run = (lua: string) => trial.engine.run(defineScript('contract.fails', lua), [key()], [SECRET]);

    it.each<[string, () => Promise<unknown>]>([
      ['a command for another type', () => commandsOf(trial.engine).hGet(key(), SECRET)],
      ['an increment of a text', () => commandsOf(trial.engine).incr(key())],
      ['a command that only newer servers know', () => commandsOf(trial.engine).hExpire(key(), SECRET, 60)],
      ['a script that raises an error', () => run('error(KEYS[1] .. ARGV[1])')],
      ['a script that returns an error', () => run('return redis.error_reply(KEYS[1] .. " " .. ARGV[1])')],
      ['a script whose command fails', () => run('return redis.call("LPUSH", KEYS[1], ARGV[1])')],
    ])('of %s contain no keys or values, not even in their causes', async (_what, call) => {
      await commandsOf(trial.engine).set(key(), SECRET);
      const failure = await failureOf(call);
      expect(failure).toBeInstanceOf(EngineError);
      expect(failure).toMatchObject({ outcome: 'failed', message: expect.stringMatching(/\.$/) });
      const everything = inspect(failure, { depth: null, showHidden: true });
      expect(everything).not.toContain('nobody-may-see');
      expect(everything).not.toContain(trial.prefix);
    });

    describe('of a server without free memory', () => {
      const full = async () => {
        const server = await trial.servers.primaryOf(key());
        trial.afterTest(() => server.command('CONFIG', 'SET', 'maxmemory', '0'));
        await commandsOf(trial.engine).set(key(), SECRET);
        await server.command('CONFIG', 'SET', 'maxmemory', '1');
      };

      it('are refused, because nothing was executed', async () => {
        await full();
        const client = commandsOf(trial.engine);
        expect(await outcomeOf(client.set(trial.key('other'), 'value'))).toBe('refused');
        expect(await client.get(key())).toBe(SECRET);
      });
    });

    it('of a script that has written something are failed, even if it returns OOM', async () => {
      const lua = 'redis.call("DEL", KEYS[1]) return redis.error_reply("OOM it says")';
      expect(await outcomeOf(run(lua))).toBe('failed');
    });

    it('of arguments that cannot be encoded do not affect other calls', async () => {
      const client = commandsOf(trial.engine);
      const unsendable = () => client.set(key(), undefined as unknown as string);
      const calls = Array.from({ length: 50 }, (_, i) =>
        i % 2 === 0 ? failureOf(unsendable) : outcomeOf(client.incr(trial.key('count'))),
      );
      const [failures, outcomes] = [0, 1].map((rest) => calls.filter((_, i) => i % 2 === rest));
      for (const failure of await Promise.all(failures ?? [])) {
        expect(failure).not.toMatchObject({ outcome: 'unknown' });
      }
      expect(new Set(await Promise.all(outcomes ?? []))).toEqual(new Set(['done']));
      expect(trial.engine.report()).toMatchObject({ state: 'ready', breaker: 'closed' });
    });

    it('that the server returns do not open the breaker', async () => {
      const client = commandsOf(trial.engine);
      await client.set(key(), SECRET);
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcomeOf(client.incr(key()))));
      expect(new Set(outcomes)).toEqual(new Set(['failed']));
      expect(await client.get(key())).toBe(SECRET);
      expect(trial.engine.report()).toMatchObject({ state: 'ready', breaker: 'closed' });
    });
  });
}
