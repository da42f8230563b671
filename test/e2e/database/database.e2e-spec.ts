import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database, DatabaseUnavailableError, explainDatabaseFailure } from '../../../src/database/index.js';
import { createDatabase, queryDatabase } from '../../support/database.js';

describe.each(['of its own', 'of the service'])('a transaction, with a pool %s', (whose) => {
  let url: string;
  let database: Database;
  let pool: Pool | undefined;
  beforeAll(async () => {
    url = await createDatabase();
    if (whose === 'of the service') pool = new Pool({ connectionString: url, max: 2 });
    database = new Database(pool ? { pool } : { url, connections: 2 });
    await database.query('CREATE TABLE numbers (number integer PRIMARY KEY)');
  });
  afterAll(async () => {
    await database.onApplicationShutdown();
    await pool?.end();
  });

  it('rejects when its connection is lost, and the process continues', async () => {
    const lost = database.transaction(async (transaction) => {
      const [{ pid } = { pid: 0 }] = await transaction.query<{ pid: number }>(
        'SELECT pg_backend_pid() AS pid',
      );
      await transaction.query('INSERT INTO numbers VALUES (1)');
      await queryDatabase(url, 'SELECT pg_terminate_backend($1)', [pid]);
      await transaction.query('INSERT INTO numbers VALUES (2)');
    });
    await expect(lost).rejects.toThrow(DatabaseUnavailableError);
    expect(await database.query('SELECT * FROM numbers')).toEqual([]);
  });

  it('is rolled back when its work rejects, and its connection is reused', async () => {
    for (let i = 0; i < 5; i++) {
      const failed = database.transaction(async (transaction) => {
        await transaction.query('INSERT INTO numbers VALUES (3)');
        throw new Error('Changed my mind.');
      });
      await expect(failed).rejects.toThrow('Changed my mind.');
    }
    expect(await database.query('SELECT * FROM numbers')).toEqual([]);
  });

  it('is ended by the server, with its locks, after two idle seconds', async () => {
    const idle = database.transaction(async (transaction) => {
      await transaction.query('LOCK TABLE numbers');
      // Waits for the lock, and gets it from the server.
      expect(await queryDatabase(url, 'SELECT * FROM numbers')).toEqual([]);
      await transaction.query('SELECT');
    });
    await expect(idle).rejects.toThrow(DatabaseUnavailableError);
  });
});

describe('a database without a free connection', () => {
  it('gets an error that says what to do', async () => {
    const url = new URL(await createDatabase());
    const role = `limited_${randomUUID().replaceAll('-', '')}`;
    await queryDatabase(url.href, `CREATE ROLE ${role} LOGIN PASSWORD 'x' CONNECTION LIMIT 0`);
    const limited = Object.assign(new URL(url), { username: role, password: 'x' }).href;
    const database = new Database({ url: limited });
    for (const call of [() => database.ping(), () => database.query('SELECT 1')]) {
      const error: unknown = await call().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DatabaseUnavailableError);
      expect(explainDatabaseFailure(error)).toBe(
        'PostgreSQL has no free connection. Raise its max_connections, or run fewer nodes.',
      );
    }
    await database.onApplicationShutdown();
    await queryDatabase(url.href, `DROP ROLE ${role}`);
  });
});
