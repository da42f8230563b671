import { describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../../local/index.js';
import { EngineError } from '../../../src/engine/index.js';
import { type EngineTrial, failureOf, outcomeOf, SOON } from '../engine-trial.js';

const READS = /total_reads_processed:(\d+)/;
const TRANSACTIONS = /cmdstat_exec:calls=(\d+)/;

/** Many commands at once: single commands, transactions and pipelines. */
export function describeBatches(trial: EngineTrial): void {
  describe('batches', () => {
    it('answers concurrent commands in order', async () => {
      const { client } = trial.engine;
      const key = trial.key('order');
      const counts = await Promise.all(Array.from({ length: 500 }, () => client.incr(key)));
      expect(counts).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
    });

    it('writes concurrent commands together', async () => {
      const { client } = trial.engine;
      const key = trial.key('pipelined');
      const server = await trial.servers.primaryOf(key);
      const readsBefore = await statistic(server, READS);
      await Promise.all(Array.from({ length: 1_000 }, (_, i) => client.set(key, String(i))));
      expect((await statistic(server, READS)) - readsBefore).toBeLessThan(100);
    });

    it('runs a batch as one transaction', async () => {
      const { client } = trial.engine;
      const [one, other] = [trial.key('one'), trial.key('other')];
      const server = await trial.servers.primaryOf(one);
      const before = await statistic(server, TRANSACTIONS);
      const batch = () => client.multi().incr(one).incr(other).get(one).exec();
      const replies = await Promise.all(Array.from({ length: 50 }, batch));
      const expected = Array.from({ length: 50 }, (_, i) => [i + 1, i + 1, String(i + 1)]);
      expect(replies).toEqual(expected);
      expect((await statistic(server, TRANSACTIONS)) - before).toBe(50);
    });

    it('runs a pipeline without a transaction', async () => {
      const { client } = trial.engine;
      const key = trial.key('pipeline');
      const server = await trial.servers.primaryOf(key);
      const before = await statistic(server, TRANSACTIONS);
      expect(await client.multi().set(key, '1').incr(key).get(key).execAsPipeline()).toEqual(['OK', 2, '2']);
      expect(await statistic(server, TRANSACTIONS)).toBe(before);
    });

    it('waits for replicas with WAIT in a pipeline', async () => {
      const { client } = trial.engine;
      const batch = () => client.multi().set(trial.key('replicated'), 'value').wait(1, 500).execAsPipeline();
      // With TLS, a replica that has just synchronised receives nothing until its first acknowledgement, a second later.
      const replicas = trial.servers.topology === 'standalone' ? 0 : 1;
      await expect.poll(batch, SOON).toEqual(['OK', replicas]);
    });

    it('converts the replies of a batch like those of single commands', async () => {
      const { client } = trial.engine;
      const [hash, board] = [trial.key('hash'), trial.key('board')];
      const replies = await client
        .multi()
        .hSet(hash, { name: 'Ada' })
        .hGetAll(hash)
        .zAdd(board, { value: 'ada', score: 2 })
        .zRangeWithScores(board, 0, -1)
        .get(trial.key('missing'))
        .exec();
      expect(replies).toEqual([1, { name: 'Ada' }, 1, [{ value: 'ada', score: 2 }], null]);
    });

    it.each(['exec', 'execAsPipeline'] as const)(
      'rejects %s with the error of the command that fails, and keeps the effects of the others',
      async (send) => {
        const { client } = trial.engine;
        const [before, text, after] = [trial.key('before'), trial.key('text'), trial.key('after')];
        await client.set(text, 'no list');
        const batch = client.multi().set(before, '1').lPush(text, 'x').set(after, '2');
        const failure = await failureOf(() => batch[send]());
        expect(failure).toBeInstanceOf(EngineError);
        expect(failure).toMatchObject({ outcome: 'failed', message: expect.stringContaining('WRONGTYPE') });
        expect(await client.mGet([before, text, after])).toEqual(['1', 'no list', '2']);
      },
    );

    it('executes nothing of a batch that the server rejects', async () => {
      const { client } = trial.engine;
      const key = trial.key('rejected');
      const withoutKeys = client.multi().set(key, 'value').del([]);
      expect(await outcomeOf(withoutKeys.exec())).toMatch(/^(failed|refused)$/);
      expect(await client.get(key)).toBeNull();
    });

    it('runs a batch of 5,000 commands', async () => {
      const { client } = trial.engine;
      const key = trial.key('many');
      const batch = client.multi();
      for (let i = 0; i < 5_000; i++) batch.incr(key);
      const replies = await batch.exec();
      expect(replies.length).toBe(5_000);
      expect(await client.get(key)).toBe('5000');
    });

    it('offers no commands that change or block the shared connection, or that act on all keys; neither does the client', () => {
      const { client } = trial.engine;
      const names =
        'select SELECT auth hello reset quit monitor asking watch subscribe clientTracking CLIENT_PAUSE clientNoTouch CLIENT_NO-TOUCH ' +
        'blPop BLPOP blMoveM bzPopMin xRead xReadGroup flushAll FLUSHALL swapDb keys scan dbSize addCommand sendCommand';
      for (const offered of [client, client.multi()]) {
        expect(names.split(' ').filter((name) => Reflect.get(offered, name) !== undefined)).toEqual([]);
      }
      expect(Reflect.get(client, 'wait')).toBeUndefined();
    });

    it('answers an empty batch with an empty list', async () => {
      expect(await trial.engine.client.multi().exec()).toEqual([]);
    });
  });
}

async function statistic(server: LocalEngine, pattern: RegExp): Promise<number> {
  return Number(pattern.exec(String(await server.command('INFO', 'all')))?.[1] ?? 0);
}
