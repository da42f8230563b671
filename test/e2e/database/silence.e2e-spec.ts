import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LocalPostgres, startPostgres } from '../../../local/index.js';
import { Database, DatabaseUnavailableError, explainDatabaseFailure } from '../../../src/database/index.js';
import { redisLike } from '../../support/app.js';
import { until } from '../../support/until.js';
import { type CacheNodes, startCacheNodes } from '../query-cache/cache-nodes.js';

/** So many statements would take many minutes if each waited. */
const MANY = 500;

describe.each(['of its own', 'of the service'])('a silent PostgreSQL, with a pool %s', (whose) => {
  let postgres: LocalPostgres;
  let database: Database;
  let pool: Pool | undefined;
  beforeAll(async () => {
    postgres = await startPostgres();
    if (whose === 'of the service') pool = new Pool({ connectionString: postgres.url, max: 2 });
    pool?.on('error', () => undefined);
    database = new Database(pool ? { pool } : { url: postgres.url, connections: 2 });
    await database.query('CREATE TABLE numbers (number integer PRIMARY KEY)');
  });
  afterEach(async () => {
    postgres.resume();
    await until(answers);
  });
  afterAll(async () => {
    await database.onApplicationShutdown();
    await pool?.end();
    await postgres.stop();
  });

  const answers = () =>
    database.query('SELECT').then(
      () => true,
      () => false,
    );
  const failureOf = (statement: Promise<unknown>) => statement.catch((error: unknown) => error);

  it('rejects all waiting statements, also those that wait for a connection, and further ones at once', async () => {
    let isPaused = false;
    const inTransaction = database.transaction(async (transaction) => {
      await transaction.query('INSERT INTO numbers VALUES (1)');
      postgres.pause();
      isPaused = true;
      await transaction.query('INSERT INTO numbers VALUES (2)');
    });
    inTransaction.catch(() => undefined);
    await until(() => isPaused);
    const { signal } = new AbortController();
    const statements = [
      inTransaction,
      ...[1, 2, 3].map(() => database.query('SELECT')),
      database.query('SELECT', [], signal),
    ];
    for (const failure of await Promise.all(statements.map(failureOf)))
      expect(failure).toBeInstanceOf(DatabaseUnavailableError);
    await until(async () => (await failureOf(database.ping())) instanceof DatabaseUnavailableError);
    for (let i = 0; i < MANY; i++)
      expect(await failureOf(database.query('SELECT'))).toBeInstanceOf(DatabaseUnavailableError);
    expect(explainDatabaseFailure(await failureOf(database.ping()))).toMatch(/PostgreSQL does not answer/);
    postgres.resume();
    await until(answers);
    await database.ping();
    expect(await database.query('SELECT FROM numbers')).toEqual([]);
  });

  it('is not confused with a slow statement, in the pool or in a migration', async () => {
    const slow = 'SELECT 1 AS one FROM pg_sleep(4)';
    expect(await database.query(slow)).toEqual([{ one: 1 }]);
    // Longer than the time limit of other statements.
    const longer = 'SELECT 1 AS one FROM pg_sleep(11)';
    expect(await database.longTransaction((transaction) => transaction.query(longer))).toEqual([{ one: 1 }]);
  }, 40_000);

  it('does not abort a long read that it interrupts', async () => {
    const read = database.snapshot(async (snapshot) => {
      await snapshot.query('SELECT');
      postgres.pause();
      const rows = snapshot.query('SELECT 1 AS one');
      await until(async () => !(await answers()));
      postgres.resume();
      return rows;
    });
    expect(await read).toEqual([{ one: 1 }]);
  });

  describe('behind the query cache', () => {
    let nodes: CacheNodes;
    beforeAll(async () => {
      nodes = await startCacheNodes(redisLike());
    });
    afterAll(() => nodes.close());

    it.each([0, 0.5])('gets stale answers served, with softTimeoutSeconds %s', async (softTimeoutSeconds) => {
      const [{ cache }] = nodes.nodes;
      const query = cache.define<{ id: number }, unknown>({
        name: `silent-${softTimeoutSeconds * 10}`,
        ttlSeconds: 1,
        staleSeconds: 600,
        softTimeoutSeconds,
        load: (_, signal) => database.query('SELECT 1 AS one', [], signal),
      });
      await query.get({ id: 1 });
      postgres.pause();
      await until(async () => (await query.read({ id: 1 })).lookup.outcome === 'stale');
      const reads = await Promise.all(Array.from({ length: 50 }, () => query.read({ id: 1 })));
      for (const { value, lookup } of reads) expect([value, lookup.outcome]).toEqual([[{ one: 1 }], 'stale']);
      // There is none of these arguments.
      expect(await failureOf(query.get({ id: 2 }))).toBeInstanceOf(DatabaseUnavailableError);
      postgres.resume();
      await until(async () => (await query.read({ id: 1 })).lookup.outcome !== 'stale');
    });
  });
});
