import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalPostgres, startPostgres } from '../../../local/index.js';
import { survivors } from './program.js';

const started: LocalPostgres[] = [];
let folder: string;

async function start(directory?: string): Promise<LocalPostgres> {
  const server = await startPostgres({ ...(directory && { directory }) });
  started.push(server);
  return server;
}

async function query(server: LocalPostgres, sql: string): Promise<unknown[]> {
  const client = new Client(server.url);
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postgres-spec-'));
  // As root: the server's user must be able to enter the directory.
  await chmod(folder, 0o755);
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
});

describe('startPostgres', () => {
  it('keeps committed data after stop() and after kill()', async () => {
    const first = await start(join(folder, 'postgres'));
    await query(first, 'create table kept (value integer)');
    await query(first, 'insert into kept values (1)');
    await first.stop();
    const second = await start(join(folder, 'postgres'));
    await query(second, 'insert into kept values (2)');
    await second.kill();
    await second.restart();
    expect(await query(second, 'select value from kept order by value')).toEqual([1, 2]);
  });

  it('syncs commits to disk, listens on the loopback only, and uses UTF-8', async () => {
    const server = await start(join(folder, 'postgres'));
    const settings = ['fsync', 'synchronous_commit', 'listen_addresses', 'wal_level', 'server_encoding'];
    const values = await query(
      server,
      `select ${settings.map((name) => `current_setting('${name}')`).join(', ')}`,
    );
    expect(values).toEqual(['on', 'on', '127.0.0.1', 'minimal', 'UTF8']);
  });

  it('requires the password, and only its owner can read the password file', async () => {
    const server = await start(join(folder, 'postgres'));
    const wrong = new Client(server.url.replace(/:[^:@]+@/, ':wrong@'));
    await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01' });
    expect((await stat(join(server.directory, 'password'))).mode & 0o777).toBe(0o600);
  });

  it('removes temporary data on stop()', async () => {
    const server = await start();
    expect(await query(server, 'select 1')).toEqual([1]);
    expect(existsSync(server.directory)).toBe(true);
    await server.stop();
    expect(existsSync(server.directory)).toBe(false);
  });

  it('stops while paused', async () => {
    const server = await start();
    server.pause();
    await server.stop();
    expect(await survivors([server.pid])).toEqual([]);
  });

  it('starts although another process has the pid in the lock file of a dead server', async () => {
    const first = await start(join(folder, 'postgres'));
    await first.stop();
    await writeFile(join(first.directory, 'data', 'postmaster.pid'), `${process.pid}\n`);
    const second = await start(join(folder, 'postgres'));
    expect(await query(second, 'select 1')).toEqual([1]);
  });

  it('waits until the previous server has stopped', async () => {
    const first = await start(join(folder, 'postgres'));
    const stopping = new Promise<LocalPostgres>((resolve, reject) => {
      start(join(folder, 'postgres')).then(resolve, reject);
    });
    await first.stop();
    expect(await query(await stopping, 'select 1')).toEqual([1]);
  });

  it('repeats an interrupted initdb', async () => {
    await writeFile(join(folder, 'postgres.unfinished'), 'half');
    const server = await start(join(folder, 'postgres'));
    expect(await query(server, 'select 1')).toEqual([1]);
  });

  it.runIf(process.getuid?.() === 0)(
    'uses a directory that its user can reach when the requested one is private to root',
    async () => {
      await chmod(folder, 0o700);
      const notices: string[] = [];
      const server = await startPostgres({
        directory: join(folder, 'postgres'),
        onNotice: (line) => notices.push(line),
      });
      started.push(server);
      expect(await query(server, 'select 1')).toEqual([1]);
      expect(server.directory).toMatch(/^\/var\/tmp\//);
      expect(notices).toEqual([expect.stringContaining(`the data are kept in ${server.directory}`)]);
      await server.stop();
      await rm(join(server.directory, '..'), { recursive: true });
    },
  );
});
