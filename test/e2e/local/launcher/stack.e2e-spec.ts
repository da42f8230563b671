import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineStack, startCluster, startSentinel } from '../../../../local/index.js';
import { Stack } from '../../../../local/launcher/stack.js';
import { Terminal } from '../../../../local/launcher/command-line/terminal.js';
import { redisLike } from '../../../support/app.js';
import { survivors } from '../program.js';

let output: string;
let stack: Stack;

beforeEach(() => {
  output = '';
  const stream = new PassThrough().on('data', (text) => (output += String(text)));
  stack = new Stack(new Terminal(stream as unknown as NodeJS.WriteStream));
});

afterEach(() => stack.stop());

describe.each<[string, string, string, () => Promise<EngineStack>]>([
  ['sentinel', 'primary', 'replica-1', () => startSentinel(redisLike())],
  ['cluster', 'shard-1', 'shard-1-replica-1', () => startCluster(redisLike())],
])('npm start with a %s stack', (_, first, second, start) => {
  it('restarts a killed primary on the same port, and replication continues', async () => {
    const engines = await start();
    const node = engines.node(first);
    const { port, pid } = node;
    stack.addEngines('engine', engines);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => output).toContain(`${first} (pid ${pid}) was killed by SIGKILL. Restarting it`);
    await expect.poll(() => output, { timeout: 15_000 }).toMatch(/ is running again \(pid \d+\)$/m);
    expect(output).toContain(`${first} is running again (pid ${node.pid})`);
    expect(node.port).toBe(port);
    // Either node may be the primary: on a busy machine the killed one restarts before a failover.
    const roleOf = (name: string) => engines.node(name).command('ROLE') as Promise<unknown[]>;
    const roles = async () => {
      const [leads, follows] =
        (await engines.primaryNow(first)) === first ? [first, second] : [second, first];
      const [[leader], [follower, , port]] = await Promise.all([roleOf(leads), roleOf(follows)]);
      return { leader, follower, followed: port === engines.node(leads).port };
    };
    // Immediate in a cluster. Sentinel waits some seconds before it demotes a restarted primary, and longer after a stall.
    await expect
      .poll(() => roles().catch(String), { timeout: 60_000 })
      .toEqual({ leader: 'master', follower: 'slave', followed: true });
    const pids = [...engines.nodes.values()].map(({ pid }) => pid);
    await stack.stop();
    expect(await survivors(pids)).toEqual([]);
  }, 120_000);
});
