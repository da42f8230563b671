import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalPostgres, startPostgres } from '../../../local/index.js';
import { survivors } from './processes.js';

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
  // The server's own user has to get there when we are root.
  await chmod(folder, 0o755);
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
});

describe('startPostgres', () => {
  it('keeps what was committed, through stop and through kill', async () => {
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

  it('flushes commits, listens on the loopback only, and is UTF-8', async () => {
    const server = await start(join(folder, 'postgres'));
    const settings = ['fsync', 'synchronous_commit', 'listen_addresses', 'wal_level', 'server_encoding'];
    const values = await query(
      server,
      `select ${settings.map((name) => `current_setting('${name}')`).join(', ')}`,
    );
    expect(values).toEqual(['on', 'on', '127.0.0.1', 'minimal', 'UTF8']);
  });

  it('lets nobody in without the password, and nobody else read it', async () => {
    const server = await start(join(folder, 'postgres'));
    const wrong = new Client(server.url.replace(/:[^:@]+@/, ':wrong@'));
    await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01' });
    expect((await stat(join(server.directory, 'password'))).mode & 0o777).toBe(0o600);
  });

  it('removes temporary data when it stops', async () => {
    const server = await start();
    expect(await query(server, 'select 1')).toEqual([1]);
    expect(existsSync(server.directory)).toBe(true);
    await server.stop();
    expect(existsSync(server.directory)).toBe(false);
  });

  it('stops when paused', async () => {
    const server = await start();
    server.pause();
    await server.stop();
    expect(await survivors([server.pid])).toEqual([]);
  });

  it('starts over the lock of a dead server whose pid another process has by now', async () => {
    const first = await start(join(folder, 'postgres'));
    await first.stop();
    await writeFile(join(first.directory, 'data', 'postmaster.pid'), `${process.pid}\n`);
    const second = await start(join(folder, 'postgres'));
    expect(await query(second, 'select 1')).toEqual([1]);
  });

  it('waits for a predecessor that is still stopping', async () => {
    const first = await start(join(folder, 'postgres'));
    const stopping = new Promise<LocalPostgres>((resolve, reject) => {
      start(join(folder, 'postgres')).then(resolve, reject);
    });
    await first.stop();
    expect(await query(await stopping, 'select 1')).toEqual([1]);
  });

  it('begins anew after an interrupted initdb', async () => {
    await writeFile(join(folder, 'postgres.unfinished'), 'half');
    const server = await start(join(folder, 'postgres'));
    expect(await query(server, 'select 1')).toEqual([1]);
  });

  it.runIf(process.getuid?.() === 0)(
    'goes where its user can follow when root keeps a folder private',
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
      expect(notices).toEqual([expect.stringContaining(`keeps its data in ${server.directory}`)]);
      await server.stop();
      await rm(join(server.directory, '..'), { recursive: true });
    },
  );
});
