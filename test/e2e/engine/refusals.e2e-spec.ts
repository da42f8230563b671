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
import { commandsOf } from '../../support/commands-of.js';

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

/** A directory per test: a dump in a shared one would be loaded by every server that starts there. */
async function directoryOf(mode: number): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'refusals-'));
  await chmod(path, mode);
  closing.push(() => rm(path, { recursive: true }));
  return path;
}

describe.each(installed('redis', 'valkey') as ('redis' | 'valkey')[])(
  'the health report of an engine on %s',
  (kind) => {
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

    it('says to raise maxclients if the server accepts no more connections', async () => {
      const server = await start('--maxclients', '1');
      const socket = connectSocket(server.port, '127.0.0.1').on('error', () => undefined);
      socket.write('PING\r\n');
      await new Promise((resolve) => socket.once('data', resolve));
      const engine = connect(server.url);
      await expect.poll(() => engine.report().reason, SOON).toMatch(/no more connections \(maxclients\)/);
      socket.destroy();
      await until(() => engine.report().reason === null);
    });

    it('says BUSY while a long script runs, and recovers afterwards', async () => {
      const server = await start('--busy-reply-threshold', '20');
      const engine = await connected(server);
      server.command('EVAL', 'while true do end', '0').catch(() => undefined);
      await expect.poll(() => engine.report().reason, SOON).toMatch(/\(BUSY\)/);
      await server.command('SCRIPT', 'KILL');
      await until(() => engine.report().reason === null);
    });

    it('says that the server is loading its data, and recovers afterwards', async () => {
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
    ])('says that writes are refused because of %s, while reads succeed', async (name, bad, good, reason) => {
      const server = await start();
      const engine = await connected(server);
      await server.command('CONFIG', 'SET', name, bad);
      await until(() => engine.report().refusesWrites);
      expect(engine.report()).toMatchObject({
        state: 'ready',
        breaker: 'closed',
        reason: expect.stringMatching(reason),
      });
      expect(await commandsOf(engine).get('key')).toBeNull();
      await server.command('CONFIG', 'SET', name, good);
      await until(() => engine.report().reason === null);
    });

    it('says that writes are refused because the server cannot save to disk (MISCONF)', async () => {
      const server = await start('--dir', await directoryOf(0o555));
      const engine = await connected(server);
      const set = (name: string, value: string) => server.command('CONFIG', 'SET', name, value);
      await set('save', '3600 1');
      await server.command('BGSAVE');
      await expect.poll(() => engine.report().reason, SOON).toMatch(/\(MISCONF\)/);
      await set('stop-writes-on-bgsave-error', 'no');
      await until(() => engine.report().reason === null);
    });

    it('says that writes are refused as soon as the engine is connected', async () => {
      const server = await start('--maxmemory', '1');
      const engine = await connected(server);
      expect(engine.report()).toMatchObject({ state: 'ready', refusesWrites: true });
    });

    it('is ready for an ACL user without CONFIG, INFO and EVAL', async () => {
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
  },
);

describe.each(installed('redis', 'valkey') as ('redis' | 'valkey')[])(
  'the replication advice of an engine on %s',
  (kind) => {
    it('names the settings that are missing on a primary with replicas', async () => {
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

    it('is null without replicas', async () => {
      const server = await startEngine(kind);
      closing.push(() => server.stop());
      const engine = connect(server.url);
      await until(() => engine.isReady);
      expect(engine.report().advice).toBeNull();
    });
  },
);
