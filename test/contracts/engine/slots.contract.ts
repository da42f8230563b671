import { describe, expect, it } from 'vitest';
import { type Command, CrossSlotError, defineScript, EngineError } from '../../../src/engine/index.js';
import { until } from '../../support/until.js';
import { type EngineTrial, failureOf, outcomeOf } from '../engine-trial.js';
import { commandsOf } from '../../support/commands-of.js';

const touchAll = defineScript('contract.touch-all', 'return #KEYS');

/** Calls that would work only on a single server fail everywhere, and some commands are split. So stores do not depend on the topology. */
export function describeSlots(trial: EngineTrial): void {
  describe('keys in several slots', () => {
    const two = () => trial.spreadKeys(2) as [string, string];
    const callWith = (keys: string[], command: Command<unknown>) => trial.engine.call(keys, command);
    type CrossSlotCall = [what: string, call: () => unknown];
    const calls: CrossSlotCall[] = [
      ['a script', () => trial.engine.run(touchAll, two(), [])],
      [
        'MSET',
        () => callWith(two(), (client) => client.mSet(Object.fromEntries(two().map((key) => [key, '1'])))),
      ],
      ['RENAME', () => callWith(two(), (client) => client.rename(...two()))],
      ['SUNION', () => callWith(two(), (client) => client.sUnion(two()))],
      ['SINTERSTORE', () => callWith(two(), (client) => client.sInterStore(two()[0], two()[1]))],
      ['ZUNIONSTORE', () => callWith(two(), (client) => client.zUnionStore(two()[0], [two()[1]]))],
      ['LMOVE', () => callWith(two(), (client) => client.lMove(...two(), 'LEFT', 'RIGHT'))],
      ['PFCOUNT', () => callWith(two(), (client) => client.pfCount(two()))],
      ['COPY', () => callWith(two(), (client) => client.copy(...two()))],
    ];

    it.each(calls)(
      'are rejected for %s in every topology, with a message that contains no key',
      async (_what, call) => {
        const failure = await failureOf(call);
        expect(failure).toBeInstanceOf(CrossSlotError);
        expect(failure).not.toBeInstanceOf(EngineError);
        const { message } = failure as Error;
        expect(message).toMatch(/hash tag|\{tag\}/);
        expect(message).toMatch(/\.$/);
        for (const key of two()) expect(message).not.toContain(key);
      },
    );

    it('are rejected before anything is written', async () => {
      await failureOf(() =>
        callWith(two(), (client) =>
          client.mSet([
            [two()[0], '1'],
            [two()[1], '2'],
          ]),
        ),
      );
      expect(await trial.engine.getMany(two())).toEqual([null, null]);
    });

    it('are accepted if they have the same hash tag', async () => {
      const client = commandsOf(trial.engine);
      const [one, other] = [trial.key('one'), trial.key('other')];
      await Promise.all([client.set(one, '1'), client.set(other, '2')]);
      expect(await client.rename(one, other)).toBe('OK');
      expect(await client.mGet([one, other])).toEqual([null, '1']);
      expect(await trial.engine.run(touchAll, [one, other], [])).toBe(2);
    });

    it('are accepted if they are the same key', async () => {
      const [key] = two();
      expect(await trial.engine.run(touchAll, [key, key], [])).toBe(2);
    });

    it('are read with one MGET, in the requested order', async () => {
      const client = commandsOf(trial.engine);
      const keys = trial.spreadKeys(50);
      const isThere = (i: number) => i % 5 !== 0;
      await Promise.all(keys.filter((_, i) => isThere(i)).map((key) => client.set(key, key)));
      const expected = keys.map((key, i) => (isThere(i) ? key : null));
      expect(await trial.engine.getMany(keys)).toEqual(expected);
      expect(await trial.engine.getMany(keys.toReversed())).toEqual(expected.toReversed());
    });

    it('are not reported as refused if some of them were removed', async () => {
      const keys = trial.spreadKeys(50);
      await Promise.all(keys.map((key) => commandsOf(trial.engine).set(key, 'value')));
      const engine = await trial.anotherEngine(300);
      const [first = ''] = keys;
      const server = await trial.pause(first);
      await until(async () => (await outcomeOf(commandsOf(engine).get(first))) === 'refused');
      const outcome = await outcomeOf(engine.unlinkMany(keys));
      server.resume();
      const left = (await trial.engine.getMany(keys)).filter((value) => value !== null).length;
      expect({ outcome, left }).not.toEqual({ outcome: 'refused', left: expect.toSatisfy((n) => n < 50) });
    });

    it('are removed and counted with one call', async () => {
      const keys = trial.spreadKeys(50);
      const client = commandsOf(trial.engine);
      await Promise.all(keys.slice(10).map((key) => client.set(key, 'value')));
      expect(await trial.engine.unlinkMany(keys)).toBe(40);
      expect(await trial.engine.getMany(keys)).toEqual(keys.map(() => null));
      expect(await trial.engine.unlinkMany([])).toBe(0);
    });
  });
}
