import { Logger } from '@nestjs/common';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type LocalEngine, startEngine, startSentinel } from '../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import { SOON } from '../../contracts/engine-trial.js';
import { installed } from '../../support/app.js';
import { until } from '../../support/until.js';

Logger.overrideLogger(false);

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

function connect(url: string): RedisEngine {
  const engine = new RedisEngine(parseEngineUrl(url), 300);
  engine.start();
  closing.push(() => engine.close());
  return engine;
}

/** Of its own: a dump in the common one would be loaded by every server that starts there. */
async function directoryOf(mode: number): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'refusals-'));
  await chmod(path, mode);
  closing.push(() => rm(path, { recursive: true }));
  return path;
}

describe.each(installed('redis', 'valkey') as ('redis' | 'valkey')[])('a %s server that refuses', (kind) => {
  const start = async (...settings: string[]): Promise<LocalEngine> => {
    const server = await startEngine(kind, { settings });
    closing.push(() => server.stop());
    return server;
  };
  const connected = async (server: LocalEngine): Promise<RedisEngine> => {
    const engine = connect(server.url);
    await until(() => engine.isReady);
    return engine;
  };

  it('connections beyond maxclients is reported with what to raise', async () => {
    const server = await start('--maxclients', '1');
    const socket = connectSocket(server.port, '127.0.0.1').on('error', () => undefined);
    socket.write('PING\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    const engine = connect(server.url);
    await expect.poll(() => engine.report().reason, SOON).toMatch(/no more connections \(maxclients\)/);
    socket.destroy();
    await until(() => engine.report().reason === null);
  });

  it('HELLO is reported as such, without the password that the server repeats', async () => {
    const server = await start('--rename-command', 'HELLO', '');
    const withPassword = server.url.replace('://', '://cluster:not-to-be-shown@');
    for (const engine of [connect(server.url), connect(withPassword)]) {
      expect(await engine.firstAttempt).toEqual({ isWrongUrl: false });
      expect(engine.report().reason).toMatch(/refuses HELLO 3/);
    }
  });

  it('everything while a script runs is reported with its code, and recovers', async () => {
    const server = await start('--busy-reply-threshold', '20');
    const engine = await connected(server);
    server.command('EVAL', 'while true do end', '0').catch(() => undefined);
    await expect.poll(() => engine.report().reason, SOON).toMatch(/\(BUSY\)/);
    await server.command('SCRIPT', 'KILL');
    await until(() => engine.report().reason === null);
  });

  it('everything while it loads its data is reported with its code, and recovers', async () => {
    const often = ['--loading-process-events-interval-bytes', '1024'];
    const debug = ['--enable-debug-command', 'local'];
    const server = await start('--dir', await directoryOf(0o777), ...debug, ...often);
    const engine = await connected(server);
    await server.command('DEBUG', 'POPULATE', '3000');
    await server.command('CONFIG', 'SET', 'key-load-delay', '1000');
    server.command('DEBUG', 'RELOAD').catch(() => undefined);
    await expect.poll(() => engine.report().reason, SOON).toMatch(/loading its data/);
    await until(() => engine.report().reason === null, 20_000);
  });

  it.each([
    ['maxmemory', '1', '0', /is full and refuses writes \(OOM\)/],
    ['min-replicas-to-write', '1', '0', /too few replicas are connected \(NOREPLICAS\)/],
  ])('writes because of %s is reported while it lasts, and reads go on', async (name, bad, good, reason) => {
    const server = await start();
    const engine = await connected(server);
    await server.command('CONFIG', 'SET', name, bad);
    await until(() => engine.report().refusesWrites);
    expect(engine.report()).toMatchObject({
      state: 'ready',
      breaker: 'closed',
      reason: expect.stringMatching(reason),
    });
    expect(await engine.client.get('key')).toBeNull();
    await server.command('CONFIG', 'SET', name, good);
    await until(() => engine.report().reason === null);
  });

  it('writes because it cannot save is reported while it lasts', async () => {
    const server = await start('--dir', await directoryOf(0o555));
    const engine = await connected(server);
    const set = (name: string, value: string) => server.command('CONFIG', 'SET', name, value);
    await set('save', '3600 1');
    await server.command('BGSAVE');
    await expect.poll(() => engine.report().reason, SOON).toMatch(/\(MISCONF\)/);
    await set('stop-writes-on-bgsave-error', 'no');
    await until(() => engine.report().reason === null);
  });

  it('writes is reported as soon as a connection is made', async () => {
    const server = await start('--maxmemory', '1');
    const engine = await connected(server);
    expect(engine.report()).toMatchObject({ state: 'ready', refusesWrites: true });
  });

  it('CONFIG, INFO and EVAL to a user is used all the same', async () => {
    const server = await start();
    await server.command(
      'ACL',
      'SETUSER',
      'app',
      'on',
      '>secret',
      '~*',
      '&*',
      '+@all',
      '-config',
      '-info',
      '-eval',
    );
    const engine = connect(server.url.replace('://', '://app:secret@'));
    await until(() => engine.isReady);
    expect(engine.report()).toMatchObject({ reason: null, refusesWrites: false, advice: null });
  });
});

describe.each(installed('redis', 'valkey') as ('redis' | 'valkey')[])('replication on %s', (kind) => {
  it('reports which settings are missing where acknowledged writes do not wait for a replica', async () => {
    const stack = await startSentinel(kind);
    closing.push(() => stack.stop());
    const primary = stack.node('primary');
    const adviceAfter = async (toWrite: string, lag: string) => {
      await primary.command('CONFIG', 'SET', 'min-replicas-to-write', toWrite);
      await primary.command('CONFIG', 'SET', 'min-replicas-max-lag', lag);
      const engine = connect(stack.url);
      await until(() => engine.isReady);
      return engine.report().advice;
    };
    expect(await adviceAfter('0', '10')).toMatch(
      /has replicas, but min-replicas-to-write is 0\. .* can undo/,
    );
    expect(await adviceAfter('1', '10')).toMatch(/has min-replicas-max-lag 10\. Set it to 2\./);
    expect(await adviceAfter('1', '2')).toBeNull();
  });

  it('reports nothing where there are no replicas', async () => {
    const server = await startEngine(kind);
    closing.push(() => server.stop());
    const engine = connect(server.url);
    await until(() => engine.isReady);
    expect(engine.report().advice).toBeNull();
  });
});
