import { Pool } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres } from '../../../local/index.js';
import { Database, DatabaseUnavailableError, Migrations } from '../../../src/database/index.js';
import { createDatabase, queryDatabase } from '../../support/database.js';
import { until } from '../../support/until.js';

describe('Database with a pool of the service', () => {
  let url: string;
  let pool: Pool;
  let database: Database;
  beforeEach(async () => {
    url = await createDatabase();
    pool = new Pool({ ...partsOf(url), max: 2, options: '-c search_path=service' });
    database = new Database({ pool });
    await pool.query('CREATE SCHEMA service');
  });
  afterEach(async () => {
    await database.onApplicationShutdown();
    await pool.end();
  });

  it('gives every connection back', async () => {
    await Promise.all(Array.from({ length: 10 }, () => database.query('SELECT 1')));
    await database.transaction((transaction) => transaction.query('SELECT 1'));
    await expect(database.query('SELECT wrong')).rejects.toThrow(/does not exist/);
    expect(database.poolState).toEqual({ idle: 2, used: 0, waiting: 0, max: 2 });
  });

  it('does not end the pool at shutdown', async () => {
    const other = new Database({ pool });
    await other.query('SELECT 1');
    await other.onApplicationShutdown();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('cancels a statement on the server', async () => {
    await database.ping();
    const controller = new AbortController();
    const slow = database.query('SELECT pg_sleep(60)', [], controller.signal);
    slow.catch(() => undefined);
    await until(async () => (await sleeping(url)) === 1);
    controller.abort();
    await expect(slow).rejects.toThrow(DatabaseUnavailableError);
    await until(async () => (await sleeping(url)) === 0);
  });

  it('limits the locks of a transaction, and leaves the settings of the connection as they were', async () => {
    const shown = await database.transaction((transaction) => transaction.query('SHOW lock_timeout'));
    expect(shown).toEqual([{ lock_timeout: '2500ms' }]);
    expect((await pool.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '0' }]);
  });

  it('runs migrations with the options of the pool, beside the migrations table of an ORM', async () => {
    await pool.query('CREATE TABLE migrations (id serial, timestamp bigint, name varchar)');
    await new Migrations(database).apply('test', ['CREATE TABLE things (thing text)']);
    const tables = await queryDatabase<{ name: string }>(
      url,
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'service' ORDER BY 1`,
    );
    expect(tables.map(({ name }) => name)).toEqual(['migrations', 'module_migrations', 'things']);
  });
});

describe('a connection that another part of the service has borrowed', () => {
  it('is not closed while PostgreSQL is silent', async () => {
    const postgres = await startPostgres();
    const pool = new Pool({ connectionString: postgres.url, max: 3 });
    pool.on('error', () => undefined);
    const database = new Database({ pool });
    try {
      const borrowed = await pool.connect();
      postgres.pause();
      const theirs = borrowed.query('SELECT 1 AS one');
      await until(() =>
        database.query('SELECT').then(
          () => false,
          () => true,
        ),
      );
      postgres.resume();
      expect((await theirs).rows).toEqual([{ one: 1 }]);
      borrowed.release();
      await until(() =>
        database.query('SELECT').then(
          () => true,
          () => false,
        ),
      );
    } finally {
      postgres.resume();
      await database.onApplicationShutdown();
      await pool.end();
      await postgres.stop();
    }
  });
});

describe('Database with a schema', () => {
  it('keeps all tables there, beside tables of the same names', async () => {
    const url = await createDatabase();
    const database = new Database({ url, schema: 'caching' });
    try {
      await queryDatabase(url, 'CREATE TABLE players (of_the_service text)');
      const migrations = new Migrations(database);
      await migrations.apply('test', ['CREATE TABLE players (player text)']);
      await migrations.apply('test', ['CREATE TABLE players (player text)']);
      await database.query(`INSERT INTO players VALUES ('ada')`);
      expect(await queryDatabase(url, 'SELECT * FROM caching.players')).toEqual([{ player: 'ada' }]);
      expect(await queryDatabase(url, 'SELECT * FROM players')).toEqual([]);
    } finally {
      await database.onApplicationShutdown();
    }
  });

  it('continues with the migrations of an earlier version', async () => {
    const url = await createDatabase();
    const asEarlier = 'CREATE TABLE migrations (module text PRIMARY KEY, step integer NOT NULL)';
    await queryDatabase(url, asEarlier);
    await queryDatabase(url, `INSERT INTO migrations VALUES ('test', 1)`);
    const database = new Database({ url });
    const migrations = new Migrations(database);
    const steps = ['SELECT wrong', 'CREATE TABLE second ()', 'CREATE TABLE third ()'];
    try {
      await migrations.apply('test', steps.slice(0, 2));
      expect(await database.query('SELECT * FROM module_migrations')).toEqual([{ module: 'test', step: 2 }]);
      // A node of the earlier version starts meanwhile.
      await queryDatabase(url, asEarlier);
      await migrations.apply('test', steps);
      expect(await database.query('SELECT * FROM module_migrations')).toEqual([{ module: 'test', step: 3 }]);
    } finally {
      await database.onApplicationShutdown();
    }
  });
});

/** As a service that keeps the password apart: pg hides it from enumeration. */
function partsOf(url: string) {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  };
}

async function sleeping(url: string): Promise<number> {
  const sql = `SELECT count(*)::int FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND state = 'active' AND pid <> pg_backend_pid()`;
  const [row] = await queryDatabase<{ count: number }>(url, sql);
  return row?.count ?? 0;
}
