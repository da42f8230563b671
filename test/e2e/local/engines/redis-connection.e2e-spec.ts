import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultProxy, type LocalEngine, startEngine, startFaultProxy } from '../../../../local/index.js';
import { RedisConnection, sendOnce } from '../../../../local/engines/redis-connection.js';
import { redisLike } from '../../../support/app.js';

const TIMEOUT = { timeoutMilliseconds: 200 };
/** Errors for a lost connection and for a closed one. */
const CLOSED = /closed|ECONNRESET/i;

let server: LocalEngine;
let proxy: FaultProxy;

beforeEach(async () => {
  server = await startEngine(redisLike());
  proxy = await startFaultProxy({ target: server });
});

afterEach(async () => {
  await proxy.stop();
  await server.stop();
});

describe('RedisConnection', () => {
  it('returns RESP 2 replies: strings, numbers, nil and nested arrays', async () => {
    const connection = await RedisConnection.open({ port: server.port });
    expect(await connection.call('SET', 'key', 'ä')).toBe('OK');
    expect(await connection.call('GET', 'key')).toBe('ä');
    expect(await connection.call('GET', 'missing')).toBeNull();
    expect(await connection.call('INCR', 'count')).toBe(1);
    expect(await connection.call('ROLE')).toEqual(['master', 0, []]);
    expect(await connection.call('EVAL', 'return {1, {"a", false}}', '0')).toEqual([1, ['a', null]]);
    connection.close();
  });

  it("rejects with the server's error, and accepts the next command", async () => {
    const connection = await RedisConnection.open({ port: server.port });
    await expect(connection.call('NOSUCHCOMMAND')).rejects.toThrow('ERR unknown command');
    expect(await connection.call('PING')).toBe('PONG');
    connection.close();
  });

  it('sends nothing but the command', async () => {
    await server.command('CONFIG', 'RESETSTAT');
    expect(await sendOnce({ port: server.port }, 'PING')).toBe('PONG');
    const stats = String(await server.command('INFO', 'commandstats'));
    expect(stats.match(/cmdstat_[^:]+/g)?.toSorted()).toEqual(['cmdstat_config|resetstat', 'cmdstat_ping']);
  });

  it('rejects and closes when a paused server does not answer in time', async () => {
    const connection = await RedisConnection.open({ port: proxy.port, ...TIMEOUT });
    server.pause();
    await expect(connection.call('PING')).rejects.toThrow(
      /^PING to port \d+ failed: no answer within 200 ms$/,
    );
    await expect.poll(() => proxy.openConnections).toBe(0);
    server.resume();
    await expect(connection.call('PING')).rejects.toThrow(CLOSED);
    expect(proxy.accepted).toBe(1);
  });

  it('rejects when a paused server does not answer AUTH in time', async () => {
    server.pause();
    const address = { port: proxy.port, credentials: { password: 'any' }, ...TIMEOUT };
    await expect(RedisConnection.open(address)).rejects.toThrow(
      /^connecting to port \d+ failed: no answer within 200 ms$/,
    );
    server.resume();
    expect(proxy.accepted).toBe(1);
  });

  it('does not reconnect after the connection was reset', async () => {
    const connection = await RedisConnection.open({ port: proxy.port });
    const call = connection.call('BLPOP', 'list', '0');
    const failure = call.catch((error: unknown) => error);
    proxy.reset();
    expect(String(await failure)).toMatch(/BLPOP to port \d+ failed: .*(closed|ECONNRESET)/i);
    await expect(connection.call('PING')).rejects.toThrow(CLOSED);
    expect(proxy.accepted).toBe(1);
  });

  it('rejects at once when nothing listens on the port', async () => {
    await server.stop();
    await expect(sendOnce({ port: server.port }, 'PING')).rejects.toThrow('ECONNREFUSED');
  });
});
