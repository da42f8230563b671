import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Pool, type PoolClient, type QueryResultRow } from 'pg';
import { DatabaseUnavailableError, isUnavailable } from './database.errors.js';
import { DATABASE_OPTIONS, type DatabaseOptions } from './database.options.js';

const CONNECT_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 15_000;

/** What a statement can be sent through: the pool, or one transaction. */
export interface Queryable {
  query<Row extends QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
}

/** PostgreSQL, through a bounded pool. Every statement has a time limit. */
@Injectable()
export class Database implements Queryable, OnApplicationShutdown {
  private readonly pool: Pool;
  private readonly logger = new Logger('Database');

  constructor(@Inject(DATABASE_OPTIONS) { url, connections = 10 }: DatabaseOptions) {
    this.pool = new Pool({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
    });
    // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
    this.pool.on('error', (error) => this.logger.warn(`A connection was lost: ${error.message}`));
  }

  /** @throws {DatabaseUnavailableError} if PostgreSQL cannot be reached; the driver's error if the statement is wrong. */
  async query<Row extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return saidPlainly(async () => (await this.pool.query<Row>(sql, values)).rows);
  }

  /** Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. */
  async transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    return saidPlainly(async () => {
      const client = await this.pool.connect();
      let broken = true;
      try {
        await client.query('BEGIN');
        const result = await work(queryable(client));
        await client.query('COMMIT');
        broken = false;
        return result;
      } catch (error) {
        broken = await client.query('ROLLBACK').then(
          () => false,
          () => true,
        );
        throw error;
      } finally {
        client.release(broken);
      }
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}

function queryable(client: PoolClient): Queryable {
  return {
    query: async <Row extends QueryResultRow>(sql: string, values: unknown[] = []) =>
      (await client.query<Row>(sql, values)).rows,
  };
}

async function saidPlainly<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isUnavailable(error) ? new DatabaseUnavailableError({ cause: error }) : error;
  }
}
