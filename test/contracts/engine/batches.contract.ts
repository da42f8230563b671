import { describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../../local/index.js';
import { type EngineTrial, SOON } from '../engine-trial.js';
import { commandsOf } from '../../support/commands-of.js';

const READS = /total_reads_processed:(\d+)/;

/** Many commands at once. */
export function describeBatches(trial: EngineTrial): void {
  describe('batches', () => {
    it('answers concurrent commands in order', async () => {
      const client = commandsOf(trial.engine);
      const key = trial.key('order');
      const counts = await Promise.all(Array.from({ length: 500 }, () => client.incr(key)));
      expect(counts).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
    });

    it('writes concurrent commands together', async () => {
      const client = commandsOf(trial.engine);
      const key = trial.key('pipelined');
      const server = await trial.servers.primaryOf(key);
      const readsBefore = await statistic(server, READS);
      await Promise.all(Array.from({ length: 1_000 }, (_, i) => client.set(key, String(i))));
      expect((await statistic(server, READS)) - readsBefore).toBeLessThan(100);
    });

    it('executes commands for keys of one slot in the order of the calls', async () => {
      const client = commandsOf(trial.engine);
      const [one, other] = [trial.key('one'), trial.key('other')];
      const replies = await Promise.all([
        client.set(one, '1'),
        client.rename(one, other),
        client.incr(other),
      ]);
      expect(replies).toEqual(['OK', 'OK', 2]);
    });

    it('sends several commands of one call over the same connection, so that WAIT covers the write', async () => {
      const key = trial.key('replicated');
      const call = () =>
        trial.engine.call(key, (client) => Promise.all([client.set(key, 'value'), client.wait(1, 500)]));
      // With TLS, a replica that has just synchronised receives nothing until its first acknowledgement, a second later.
      const replicas = trial.servers.topology === 'standalone' ? 0 : 1;
      await expect.poll(call, SOON).toEqual(['OK', replicas]);
    });
  });
}

async function statistic(server: LocalEngine, pattern: RegExp): Promise<number> {
  return Number(pattern.exec(String(await server.command('INFO', 'all')))?.[1] ?? 0);
}
