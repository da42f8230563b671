import { createClient } from 'redis';
import { afterEach, describe, expect, it } from 'vitest';
import { type LocalEngine, startEngine } from '../../../../local/index.js';
import { sendOnce } from '../../../../local/engines/redis-connection.js';
import { redisLikes } from '../../../support/app.js';

let server: LocalEngine;

afterEach(() => server.stop());

async function connectAs(url: string) {
  return createClient({ url: url.replace(/^valkey:/, 'redis:') })
    .on('error', () => undefined)
    .connect();
}

describe.each(redisLikes())('startEngine(%j, { acl })', (kind) => {
  it('creates a user for the application and puts its credentials into the URL', async () => {
    server = await startEngine(kind, { acl: true, password: 'p@ss word' });
    expect(new URL(server.url)).toMatchObject({ username: 'app', password: 'p%40ss%20word' });
    const client = await connectAs(server.url);
    expect(await client.aclWhoAmI().catch((error: Error) => error.message)).toMatch(/NOPERM/);
    expect(await client.ping()).toBe('PONG');
    client.destroy();
    expect(await server.command('ACL', 'WHOAMI')).toBe('operator');
  });

  it('rejects connections without a user', async () => {
    server = await startEngine(kind, { acl: true });
    await expect(sendOnce({ port: server.port }, 'GET', 'key')).rejects.toThrow('NOAUTH');
  });

  it('permits the commands that stores and connections need', async () => {
    server = await startEngine(kind, { acl: true });
    const client = await connectAs(server.url);
    const commands = [
      ['SET', 'key', 'value', 'PX', '1000'],
      ['HSET', 'hash', 'field', 'value'],
      ['ZADD', 'board', '1', 'player'],
      ['SCAN', '0', 'COUNT', '10'],
      ['EVAL', 'return redis.call("INCR", KEYS[1])', '1', 'counter'],
      ['SCRIPT', 'LOAD', 'return 1'],
      ['MULTI'],
      ['EXEC'],
      ['SPUBLISH', 'channel', 'message'],
      ['CLIENT', 'SETNAME', 'app'],
      ['INFO', 'replication'],
      ['ROLE'],
      ['WAIT', '0', '1'],
    ];
    for (const command of commands) await expect(client.sendCommand(command)).resolves.toBeDefined();
    client.destroy();
  });

  it.each([
    ['CONFIG', 'GET', '*'],
    ['KEYS', '*'],
    ['FLUSHALL'],
    ['ACL', 'LIST'],
    ['REPLICAOF', 'NO', 'ONE'],
    ['CLIENT', 'PAUSE', '1'],
    ['SHUTDOWN'],
  ])('keeps the application from %s', async (...command) => {
    server = await startEngine(kind, { acl: true });
    const client = await connectAs(server.url);
    await expect(client.sendCommand(command)).rejects.toThrow('NOPERM');
    client.destroy();
  });
});
