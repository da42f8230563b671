import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultProxy, type LocalEngine, startEngine, startFaultProxy } from '../../../../local/index.js';
import { sendOnce } from '../../../../local/engines/redis-connection.js';
import { redisLike } from '../../../support/app.js';

let server: LocalEngine;
let proxy: FaultProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  server = await startEngine(redisLike());
  proxy = await startFaultProxy({ target: server });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.stop();
  await server.stop();
});

/** A connection through the proxy on which the server has answered once. */
async function connected(): Promise<Socket> {
  const client = connect(proxy.port, '127.0.0.1').setNoDelay(true);
  clients.push(client);
  client.on('error', () => undefined);
  expect(await answer(client)).toBe('+PONG\r\n');
  return client;
}

async function answer(client: Socket, milliseconds = 2000): Promise<string | undefined> {
  client.write('PING\r\n');
  const data = new Promise<string>((resolve) => client.once('data', (bytes) => resolve(bytes.toString())));
  return Promise.race([data, wait(milliseconds, undefined)]);
}

const ping = () => sendOnce({ port: proxy.port }, 'PING');

describe('startFaultProxy', () => {
  it('forwards long data in both directions and counts connections', async () => {
    const long = 'x'.repeat(5_000_000);
    expect(proxy.through(server.url)).toBe(`valkey://127.0.0.1:${proxy.port}/0`);
    expect(await sendOnce({ port: proxy.port }, 'SET', 'long', long)).toBe('OK');
    expect(await sendOnce({ port: proxy.port }, 'GET', 'long')).toBe(long);
    expect(proxy.accepted).toBe(2);
    expect(proxy.acceptedPerSecond().reduce((sum, count) => sum + count)).toBe(2);
    await expect.poll(() => proxy.openConnections).toBe(0);
  });

  it('delays both directions and keeps the order, until heal()', async () => {
    const client = await connected();
    proxy.delay(50);
    const began = performance.now();
    expect(await answer(client)).toBe('+PONG\r\n');
    expect(performance.now() - began).toBeGreaterThanOrEqual(95);
    client.write('ECHO 1\r\n');
    await wait(1);
    client.write('ECHO 2\r\n');
    let received = '';
    client.on('data', (data) => (received += data.toString()));
    await proxy.heal();
    expect(await ping()).toBe('PONG');
    await expect.poll(() => received).toBe('$1\r\n1\r\n$1\r\n2\r\n');
  });

  it.each(['to-server', 'to-client', 'both'] as const)(
    'drops bytes in the direction %s',
    async (direction) => {
      const client = await connected();
      proxy.drop(direction);
      client.write('INCR count\r\n');
      expect(await answer(client, 100)).toBeUndefined();
      expect(client.destroyed).toBe(false);
      const executed = direction === 'to-client' ? '1' : null;
      await expect.poll(() => server.command('GET', 'count')).toBe(executed);
    },
  );

  it('drops the bytes of the concerned users only, until heal()', async () => {
    await server.command('ACL', 'SETUSER', 'node-1', 'on', '>secret', '+ping');
    const credentials = { username: 'node-1', password: 'secret' };
    const pingAsNode = () => sendOnce({ port: proxy.port, credentials, timeoutMilliseconds: 200 }, 'PING');
    proxy.drop('both', (user) => user === 'node-1');
    await expect(pingAsNode()).rejects.toThrow(/no answer|timeout/i);
    expect(await ping()).toBe('PONG');
    proxy.drop('both', (user) => user !== 'node-1');
    expect(await pingAsNode()).toBe('PONG');
    await proxy.heal();
    expect(await ping()).toBe('PONG');
  });

  it('accepts connections without an answer while it drops bytes, and resets them on heal()', async () => {
    proxy.drop();
    const client = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
    await once(client, 'connect');
    expect(await answer(client, 100)).toBeUndefined();
    const failure = once(client, 'error');
    await proxy.heal();
    expect((await failure)[0]).toMatchObject({ code: 'ECONNRESET' });
    expect(await ping()).toBe('PONG');
  });

  it('keeps the connection to the server until heal() when a client disconnects while bytes are dropped', async () => {
    const client = await connected();
    const connections = async () =>
      String(await server.command('CLIENT', 'LIST'))
        .trim()
        .split('\n').length;
    expect(await connections()).toBe(2);
    proxy.drop();
    client.destroy();
    await expect.poll(() => proxy.openConnections).toBe(0);
    expect(await connections()).toBe(2);
    await proxy.heal();
    await expect.poll(connections).toBe(1);
  });

  it('resets open connections and accepts new ones', async () => {
    const client = await connected();
    const failure = once(client, 'error');
    proxy.reset();
    expect((await failure)[0]).toMatchObject({ code: 'ECONNRESET' });
    expect(await ping()).toBe('PONG');
  });

  it('resets and counts new connections with newOnesToo', async () => {
    proxy.reset({ newOnesToo: true });
    await expect(ping()).rejects.toThrow(/ECONNRESET|closed the connection/);
    expect(proxy.accepted).toBe(1);
    await proxy.heal();
    expect(await ping()).toBe('PONG');
  });

  it('refuses new connections and keeps open ones', async () => {
    const client = await connected();
    proxy.refuse();
    await expect(ping()).rejects.toThrow('ECONNREFUSED');
    expect(await answer(client)).toBe('+PONG\r\n');
    await proxy.heal();
    expect(await ping()).toBe('PONG');
  });

  it('closes connections when the server is killed, and forwards again after its restart', async () => {
    const client = await connected();
    const closed = new Promise((resolve) => client.once('close', resolve));
    await server.kill();
    await closed;
    await expect(ping()).rejects.toThrow(/ECONNRESET|closed the connection/);
    await server.restart();
    expect(await ping()).toBe('PONG');
  });
});
