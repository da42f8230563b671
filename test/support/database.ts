import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';

/** Creates a database with the flights for one test file. Returns its URL. */
export async function createDatabase(): Promise<string> {
  const template = new URL(inject('templateDatabaseUrl'));
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  // PostgreSQL copies a template only when nobody else uses it. The advisory lock serialises concurrent test files.
  const maintenance = new Client({
    connectionString: Object.assign(new URL(template), { pathname: '/template1' }).href,
  });
  await maintenance.connect();
  await maintenance.query('SELECT pg_advisory_lock(1)');
  await maintenance.query(`CREATE DATABASE ${name} TEMPLATE ${template.pathname.slice(1)}`);
  await maintenance.end();
  return Object.assign(template, { pathname: `/${name}` }).href;
}

/** Runs one statement directly in the database and returns its rows. */
export async function queryDatabase<Row extends object>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/**
 * The number of database sessions that wait for a lock of this client.
 *
 * In a transaction, pg_stat_activity shows only the sessions that existed when it was first read. pg_locks shows all.
 */
export async function sessionsWaitingFor(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    'SELECT count(DISTINCT pid)::int FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))',
  );
  return rows[0]?.count ?? 0;
}
