import { describe, expect, it } from 'vitest';
import { CrossSlotError, defineScript, EngineError } from '../../../src/engine/index.js';
import { until } from '../../support/until.js';
import { type EngineTrial, failureOf, outcomeOf } from '../engine-trial.js';

const touchAll = defineScript('contract.touch-all', 'return #KEYS');

/** Calls that would work only on a single server fail everywhere, and some commands are split. So stores do not depend on the topology. */
export function describeSlots(trial: EngineTrial): void {
  describe('keys in several slots', () => {
    const two = () => trial.spreadKeys(2) as [string, string];
    type CrossSlotCall = [what: string, call: () => unknown];
    const calls: CrossSlotCall[] = [
      ['a script', () => trial.engine.run(touchAll, two(), [])],
      ['a batch', () => trial.engine.client.multi().set(two()[0], '1').set(two()[1], '2').exec()],
      ['a pipeline', () => trial.engine.client.multi().get(two()[0]).get(two()[1]).execAsPipeline()],
      ['a batch with one command of two keys', () => trial.engine.client.multi().mGet(two()).exec()],
      ['MSET', () => trial.engine.client.mSet(Object.fromEntries(two().map((key) => [key, '1'])))],
      ['RENAME', () => trial.engine.client.rename(...two())],
      ['SUNION', () => trial.engine.client.sUnion(two())],
      ['SINTERSTORE', () => trial.engine.client.sInterStore(two()[0], two()[1])],
      ['ZUNIONSTORE', () => trial.engine.client.zUnionStore(two()[0], [two()[1]])],
      ['LMOVE', () => trial.engine.client.lMove(...two(), 'LEFT', 'RIGHT')],
      ['PFCOUNT', () => trial.engine.client.pfCount(two())],
      ['COPY', () => trial.engine.client.copy(...two())],
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
      const { client } = trial.engine;
      await failureOf(() => client.multi().set(two()[0], '1').set(two()[1], '2').exec());
      expect(await client.mGet(two())).toEqual([null, null]);
    });

    it('are accepted if they have the same hash tag', async () => {
      const { client } = trial.engine;
      const [one, other] = [trial.key('one'), trial.key('other')];
      await client.mSet({ [one]: '1', [other]: '2' });
      expect(await client.rename(one, other)).toBe('OK');
      expect(await client.mGet([one, other])).toEqual([null, '1']);
      expect(await trial.engine.run(touchAll, [one, other], [])).toBe(2);
    });

    it('are accepted if they are the same key', async () => {
      const [key] = two();
      expect(await trial.engine.client.multi().set(key, '1').get(key).exec()).toEqual(['OK', '1']);
      expect(await trial.engine.run(touchAll, [key, key], [])).toBe(2);
    });

    it('are read with one MGET, in the requested order', async () => {
      const { client } = trial.engine;
      const keys = trial.spreadKeys(50);
      const isThere = (i: number) => i % 5 !== 0;
      await Promise.all(keys.filter((_, i) => isThere(i)).map((key) => client.set(key, key)));
      const expected = keys.map((key, i) => (isThere(i) ? key : null));
      expect(await client.mGet(keys)).toEqual(expected);
      expect(await client.mGet(keys.toReversed())).toEqual(expected.toReversed());
    });

    it('are not reported as refused if some of them were removed', async () => {
      const keys = trial.spreadKeys(50);
      await Promise.all(keys.map((key) => trial.engine.client.set(key, 'value')));
      const engine = await trial.anotherEngine(300);
      const [first = ''] = keys;
      const server = await trial.pause(first);
      await until(async () => (await outcomeOf(engine.client.get(first))) === 'refused');
      const outcome = await outcomeOf(engine.client.del(keys));
      server.resume();
      const left = await trial.engine.client.exists(keys);
      expect({ outcome, left }).not.toEqual({ outcome: 'refused', left: expect.toSatisfy((n) => n < 50) });
    });

    it.each(['del', 'unlink'] as const)('are removed and counted with one %s', async (remove) => {
      const { client } = trial.engine;
      const keys = trial.spreadKeys(50);
      await Promise.all(keys.slice(10).map((key) => client.set(key, 'value')));
      expect(await client.exists(keys)).toBe(40);
      expect(await client[remove](keys)).toBe(40);
      expect(await client.exists(keys)).toBe(0);
    });
  });
}
