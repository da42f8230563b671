import { createConnection } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from 'redis';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Exit, type LocalServer, startEngine } from '../../../../local/index.js';
import { installed, redisLike, redisLikes } from '../../../support/app.js';
import { survivors } from '../program.js';

const started: LocalServer[] = [];

async function start(...args: Parameters<typeof startEngine>): Promise<LocalServer> {
  const server = await startEngine(...args);
  started.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

/** The server's reply to a command, or undefined when none arrives in time. */
async function query(server: LocalServer, milliseconds = 2000): Promise<string | undefined> {
  const socket = createConnection(server.port, '127.0.0.1');
  try {
    return await Promise.race([
      new Promise<string>((resolve, reject) => {
        socket.once('data', (data) => resolve(data.toString())).once('error', reject);
        socket.write(server.name === 'memcached' ? 'version\r\n' : 'PING\r\n');
      }),
      wait(milliseconds, undefined),
    ]);
  } finally {
    socket.destroy();
  }
}

/** Memcached logs nothing otherwise. */
const LOUD = { redis: [], valkey: [], memcached: ['-v', '-v'] };

describe.each(installed('redis', 'valkey', 'memcached'))('startEngine(%j)', (kind) => {
  const answer = kind === 'memcached' ? /^VERSION/ : /^\+PONG/;

  it('resolves when the server answers, with its name, version and URL', async () => {
    const server = await start(kind);
    expect(await query(server)).toMatch(answer);
    expect(new URL(server.url)).toMatchObject({
      protocol: `${kind}:`,
      hostname: '127.0.0.1',
      port: `${server.port}`,
    });
    expect(server.version).toMatch(/^\d+\.\d+/);
  });

  it('calls onLine with each line of its log', async () => {
    const lines: string[] = [];
    await start(kind, { onLine: (line) => lines.push(line), settings: LOUD[kind] });
    await expect.poll(() => lines.join('\n')).toMatch(/ready to accept connections|server listening/i);
  });

  it('gives servers that start concurrently different ports', async () => {
    const servers = await Promise.all([start(kind), start(kind), start(kind)]);
    expect(new Set(servers.map(({ port }) => port)).size).toBe(3);
  });

  it('does not answer while paused, and answers after resume()', async () => {
    const server = await start(kind);
    server.pause();
    expect(await query(server, 100)).toBeUndefined();
    server.resume();
    expect(await query(server)).toMatch(answer);
  });

  it('ends after kill(), and answers on the same port after restart()', async () => {
    const server = await start(kind);
    const { pid, port } = server;
    await server.kill();
    expect(await survivors([pid])).toEqual([]);
    await expect(query(server)).rejects.toThrow('ECONNREFUSED');
    await server.restart();
    expect(server.port).toBe(port);
    expect(server.pid).not.toBe(pid);
    expect(await query(server)).toMatch(answer);
  });

  it('stops a paused server and one that has ended', async () => {
    const [paused, dead] = await Promise.all([start(kind), start(kind)]);
    paused.pause();
    await dead.kill();
    await Promise.all([paused.stop(), dead.stop()]);
    expect(await survivors([paused.pid, dead.pid])).toEqual([]);
  });

  it('reports an unexpected exit only', async () => {
    const server = await start(kind);
    const listener = vi.fn<(exit: Exit) => void>();
    server.onUnexpectedExit(listener);
    await server.kill();
    await server.restart();
    expect(listener).not.toHaveBeenCalled();
    process.kill(server.pid, 'SIGKILL');
    await expect.poll(() => listener.mock.calls).toHaveLength(1);
    expect(listener.mock.calls[0]?.[0]).toEqual({
      code: null,
      signal: 'SIGKILL',
      text: 'was killed by SIGKILL',
    });
  });
});

describe('startEngine', () => {
  it.each(redisLikes())('requires the password in the URL of a %s server', async (kind) => {
    const server = await start(kind, { password: 'p@ss word' });
    expect(await query(server)).toMatch(/^-NOAUTH/);
    const client = await createClient({ url: server.url.replace(/^valkey:/, 'redis:') }).connect();
    expect(await client.ping()).toBe('PONG');
    client.destroy();
  });

  it('stores nothing on disk, evicts nothing by default, and accepts further settings', async () => {
    const [usual, evicting] = await Promise.all([
      start(redisLike()),
      start(redisLike(), { settings: ['--maxmemory-policy', 'allkeys-lru'] }),
    ]);
    const settings = async (server: LocalServer): Promise<Record<string, string>> => {
      const client = await createClient({ url: server.url.replace(/^valkey:/, 'redis:') }).connect();
      const found = await client.configGet(['save', 'appendonly', 'maxmemory-policy', 'bind']);
      client.destroy();
      return { ...found };
    };
    expect(await settings(usual)).toEqual({
      save: '',
      appendonly: 'no',
      'maxmemory-policy': 'noeviction',
      bind: '127.0.0.1',
    });
    expect(await settings(evicting)).toMatchObject({ 'maxmemory-policy': 'allkeys-lru' });
  });

  it('keeps an append-only file across restarts where it is asked for', async () => {
    const server = await start(redisLike(), { settings: ['--appendonly', 'yes'] });
    const send = async (...command: string[]) => {
      const client = await createClient({ url: server.url.replace(/^valkey:/, 'redis:') }).connect();
      const reply = await client.sendCommand(command);
      client.destroy();
      return reply;
    };
    await send('SET', 'kept', 'yes');
    await server.restart();
    expect(await send('GET', 'kept')).toBe('yes');
  });

  it('rejects with the end of the log when the server does not start', async () => {
    await expect(start(redisLike(), { settings: ['--no-such-setting', 'yes'] })).rejects.toThrow(
      /-server exited with code 1[^]*no-such-setting/,
    );
  });
});
