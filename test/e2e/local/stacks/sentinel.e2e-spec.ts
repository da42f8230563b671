import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type EngineStack,
  type SentinelOptions,
  startSentinel,
  WRITES_NEED_A_REPLICA,
} from '../../../../local/index.js';
import { sendOnce } from '../../../../local/engines/redis-connection.js';
import { redisLike, redisLikes } from '../../../support/app.js';
import { survivors } from '../program.js';
import { preventFailovers } from './prevent-failovers.js';

/** A failed election is repeated after 6 s. Sentinels that the machine did not run for a while (TILT) wait for 30 s. */
const FAILOVER = { timeout: 60_000, interval: 50 };

let stack: EngineStack;

afterEach(() => stack.stop());

function portsOf(...names: string[]): number[] {
  return names.map((name) => stack.node(name).port);
}

const role = async (name: string): Promise<unknown> => {
  const reply = await stack.node(name).command('ROLE');
  return Array.isArray(reply) ? reply[0] : reply;
};

describe.each(redisLikes())('startSentinel(%j)', (kind) => {
  it('starts a primary, its replica and three sentinels that all know each other', async () => {
    stack = await startSentinel(kind);
    expect([...stack.nodes.keys()].toSorted()).toEqual([
      'primary',
      'replica-1',
      'sentinel-1',
      'sentinel-2',
      'sentinel-3',
    ]);
    const hosts = portsOf('sentinel-1', 'sentinel-2', 'sentinel-3').map((port) => `127.0.0.1:${port}`);
    expect(stack.url).toBe(`${kind}+sentinel://${hosts.join(',')}/0?name=primary`);
    expect(await stack.primaryNow()).toBe('primary');
    expect(await stack.node('sentinel-2').command('SENTINEL', 'CKQUORUM', 'primary')).toMatch(/^OK 3 usable/);
  });

  it('promotes a replica with the data when the primary is killed, and demotes the restarted primary', async () => {
    stack = await startSentinel(kind);
    const { port } = stack.node('primary');
    await stack.node('primary').command('SET', 'key', 'value');
    await expect.poll(() => stack.node('replica-1').command('GET', 'key'), FAILOVER).toBe('value');
    await stack.node('primary').kill();
    await expect.poll(() => stack.primaryNow(), FAILOVER).toBe('replica-1');
    await expect.poll(() => role('replica-1'), FAILOVER).toBe('master');
    expect(await stack.node('replica-1').command('GET', 'key')).toBe('value');
    await preventFailovers(stack);
    await stack.node('primary').restart();
    expect(stack.node('primary').port).toBe(port);
    // Sentinel waits some seconds before it demotes a restarted primary.
    await expect.poll(() => role('primary').catch(() => undefined), FAILOVER).toBe('slave');
    expect(await stack.primaryNow()).toBe('replica-1');
  }, 180_000);

  it('promotes a replica when the primary is paused', async () => {
    stack = await startSentinel(kind);
    stack.node('primary').pause();
    await expect.poll(() => stack.primaryNow(), FAILOVER).toBe('replica-1');
  }, 90_000);

  it('keeps the data of a primary that restarts before a failover', async () => {
    stack = await startSentinel(kind, { downAfterMilliseconds: 20_000 });
    await stack.node('primary').command('SET', 'key', 'value');
    await stack.node('primary').kill();
    await stack.node('primary').restart();
    expect(await stack.node('primary').command('GET', 'key')).toBe('value');
    expect(await stack.primaryNow()).toBe('primary');
  });

  it.each<[string, SentinelOptions]>([
    ['TLS', { tls: true }],
    ['TLS with client certificates', { tls: { clientCertificates: true } }],
    ['a password', { password: 'p@ss "word"' }],
    ['TLS and users of an ACL file', { tls: true, acl: true }],
  ])(
    'fails over with %s',
    async (_, options) => {
      stack = await startSentinel(kind, options);
      expect(stack.url.startsWith(options.tls ? `${kind}s+sentinel://` : `${kind}+sentinel://`)).toBe(true);
      await stack.node('primary').kill();
      await expect.poll(() => stack.primaryNow(), FAILOVER).toBe('replica-1');
    },
    90_000,
  );

  it('requires the credentials of the URL on data nodes and sentinels', async () => {
    stack = await startSentinel(kind, { acl: true, password: 'secret' });
    expect(stack.url).toMatch(`${kind}+sentinel://app:secret@`);
    const [data = 0, sentinel = 0] = portsOf('primary', 'sentinel-1');
    const credentials = { username: 'app', password: 'secret' };
    await expect(sendOnce({ port: data }, 'GET', 'key')).rejects.toThrow('NOAUTH');
    await expect(sendOnce({ port: sentinel }, 'SENTINEL', 'MASTERS')).rejects.toThrow('NOAUTH');
    expect(await sendOnce({ port: data, credentials }, 'SET', 'key', 'value')).toBe('OK');
    const query = ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'primary'] as const;
    expect(await sendOnce({ port: sentinel, credentials }, ...query)).toEqual(['127.0.0.1', `${data}`]);
    await expect(
      sendOnce({ port: sentinel, credentials }, 'SENTINEL', 'FAILOVER', 'primary'),
    ).rejects.toThrow('NOPERM');
  });

  it('starts the requested number of replicas and sentinels, and leaves no process or file behind', async () => {
    stack = await startSentinel(kind, { tls: true, replicas: 2, sentinels: 1 });
    const pids = [...stack.nodes.values()].map(({ pid }) => pid);
    expect(pids).toHaveLength(4);
    stack.node('replica-2').pause();
    await stack.stop();
    expect(await survivors(pids)).toEqual([]);
    await expect.poll(() => existsSync(dirname(stack.tls?.ca ?? ''))).toBe(false);
  });
});

describe('WRITES_NEED_A_REPLICA', () => {
  const write = (name: string): Promise<unknown> =>
    stack
      .node(name)
      .command('SET', 'key', 'value')
      .catch((error: Error) => error.message.split(' ')[0]);

  it('makes a primary refuse writes while no replica answers, and accept them when one does', async () => {
    const slow = { downAfterMilliseconds: 20_000 };
    stack = await startSentinel(redisLike(), { ...slow, settings: WRITES_NEED_A_REPLICA });
    await expect.poll(() => write('primary'), FAILOVER).toBe('OK');
    stack.node('replica-1').pause();
    await expect.poll(() => write('primary'), FAILOVER).toBe('NOREPLICAS');
    stack.node('replica-1').resume();
    await expect.poll(() => write('primary'), FAILOVER).toBe('OK');
  }, 120_000);

  it('lets a promoted replica accept writes when another replica follows it', async () => {
    stack = await startSentinel(redisLike(), { replicas: 2, settings: WRITES_NEED_A_REPLICA });
    await stack.node('primary').kill();
    const promoted = () => stack.primaryNow().catch(() => 'primary');
    await expect.poll(promoted, FAILOVER).not.toBe('primary');
    await expect.poll(async () => write(await promoted()), FAILOVER).toBe('OK');
  }, 120_000);
});

describe('startSentinel', () => {
  it('lists the node names when a name is unknown', async () => {
    stack = await startSentinel(redisLike());
    expect(() => stack.node('primry')).toThrow(/^There is no node "primry"\. There are primary, replica-1, /);
  });
});
