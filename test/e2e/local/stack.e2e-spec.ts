import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineStack, startCluster, startSentinel } from '../../../local/index.js';
import { Stack } from '../../../local/launcher/stack.js';
import { Terminal } from '../../../local/launcher/terminal.js';
import { survivors } from './processes.js';

let said: string;
let stack: Stack;

beforeEach(() => {
  said = '';
  const output = new PassThrough().on('data', (text) => (said += String(text)));
  stack = new Stack(new Terminal(output as unknown as NodeJS.WriteStream));
});

afterEach(() => stack.stop());

describe.each<[string, string, string, () => Promise<EngineStack>]>([
  ['sentinel', 'primary', 'replica-1', () => startSentinel('valkey')],
  ['cluster', 'shard-1', 'shard-1-replica-1', () => startCluster('redis')],
])('a %s stack under the launcher', (_, first, second, start) => {
  it('gets a killed primary back on its port as a replica of the promoted one', async () => {
    const engines = await start();
    const node = engines.node(first);
    const { port, pid } = node;
    stack.addEngines('engine', engines);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => said).toContain(`${first} (pid ${pid}) was killed by SIGKILL; starting it again`);
    await expect.poll(() => said, { timeout: 15_000 }).toMatch(/ is back \(pid \d+\)$/m);
    expect(said).toContain(`${first} is back (pid ${node.pid})`);
    expect(node.port).toBe(port);
    // At once in a cluster; Sentinel leaves a returned primary alone for some seconds.
    const role = () => node.command('ROLE').catch(() => []);
    await expect
      .poll(role, { timeout: 30_000 })
      .toEqual(expect.arrayContaining(['slave', engines.node(second).port]));
    expect(await engines.primaryNow(first)).toBe(second);
    const pids = [...engines.nodes.values()].map(({ pid }) => pid);
    await stack.stop();
    expect(await survivors(pids)).toEqual([]);
  }, 60_000);
});
