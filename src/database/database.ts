import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type ClientBase, Pool, type PoolClient, type PoolConfig, type QueryResultRow } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { CancellableQueries } from './cancellable-queries.js';
import { CONNECTION_LIMITS, LONG_READ_LIMITS } from './connection-limits.js';
import { DatabaseClient, type DatabaseClientConfig, type Gate } from './database-client.js';
import {
  DatabaseUnavailableError,
  isMissingTable,
  isUnavailable,
  MissingTableError,
} from './database.errors.js';
import { DATABASE_OPTIONS, type DatabaseOptions } from './database.options.js';
import { DatabasePulse } from './database-pulse.js';
import { unlessSilent, within } from './silence.js';

const CONNECT_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 10_000;
const PING_TIMEOUT_MS = 1_000;
const LONGEST_END_MS = 1_000;
/** Of a long read: sorting a large table comes before its first row. */
const LONGEST_SILENCE_MS = 60_000;

/** What a statement can be sent through: the pool, or one transaction. */
export interface Queryable {
  query<Row extends QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
}

/** The database as it was at one moment, with tables to be read whole. */
export interface Snapshot extends Queryable {
  /** What `COPY (statement) TO STDOUT` says, in text format, chunk by chunk; the statement has no parameters. */
  copy(statement: string): AsyncIterable<Buffer>;
}

/**
 * PostgreSQL, through a bounded pool. A statement has 10 s. If the server is silent, for example paused, what waits for it is rejected within
 * 3 s, and further statements at once until it answers.
 */
@Injectable()
export class Database implements Queryable, OnApplicationShutdown {
  private readonly url: string;
  private readonly pool: Pool;
  /** A connection of its own, so that a busy pool does not look like a lost database. */
  private readonly probe: Pool;
  private readonly pulse: DatabasePulse;
  private readonly cancellable: CancellableQueries;
  private readonly logger = new Logger('Database');

  constructor(@Inject(DATABASE_OPTIONS) { url, connections = 10 }: DatabaseOptions) {
    this.url = url;
    this.probe = this.open({ max: 1, timeoutMs: PING_TIMEOUT_MS });
    this.pulse = new DatabasePulse(() => this.probe.query('SELECT 1'));
    this.pool = this.open({ max: connections, timeoutMs: STATEMENT_TIMEOUT_MS, gate: this.pulse });
    this.cancellable = new CancellableQueries(this.pool, this.probe);
  }

  /**
   * @param signal cancels the statement on the server when it aborts.
   * @throws {DatabaseUnavailableError} if PostgreSQL cannot be reached; the driver's error if the statement is wrong or was cancelled.
   */
  async query<Row extends QueryResultRow>(
    sql: string,
    values: unknown[] = [],
    signal?: AbortSignal,
  ): Promise<Row[]> {
    return mapDatabaseErrors(async () =>
      signal
        ? this.cancellable.run<Row>(sql, values, signal)
        : (await this.pool.query<Row>(sql, values)).rows,
    );
  }

  /** Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. */
  async transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    return mapDatabaseErrors(async () => {
      const client = await this.pool.connect();
      // The pool listens to idle connections only; without a listener a lost one would end the process.
      const onError = (error: Error) => this.logger.warn(`A connection was lost: ${error.message}`);
      client.on('error', onError);
      let broken = true;
      try {
        await client.query('BEGIN');
        const result = await work(queryable(client));
        await client.query('COMMIT');
        broken = false;
        return result;
      } catch (error) {
        // Asking a server that does not answer to roll back would only wait once more.
        if (!isUnavailable(error)) broken = await cannotRollBack(client);
        throw error;
      } finally {
        client.off('error', onError);
        client.release(broken);
      }
    });
  }

  /** A transaction through a connection of its own whose statements have no time limit: migrations take as long as there are rows. */
  longTransaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    return this.apart({ ...CONNECTION_LIMITS, gate: this.pulse }, async (client) => {
      await client.query('BEGIN');
      const result = await work(queryable(client));
      await client.query('COMMIT');
      return result;
    });
  }

  /**
   * Reads at length from one moment's state, through a connection of its own: for what takes as long as there are rows. Only silence
   * has a limit, which is longer than that of other statements. It ends when `work` does.
   */
  snapshot<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    return this.apart(LONG_READ_LIMITS, async (client) => {
      const unlimited = queryable(client);
      const snapshot: Snapshot = {
        query: (sql, values) => within(LONGEST_SILENCE_MS, unlimited.query(sql, values)),
        copy: (statement) =>
          unlessSilent(LONGEST_SILENCE_MS, client.query(copyTo(`COPY (${statement}) TO STDOUT`))),
      };
      await snapshot.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      return work(snapshot);
    });
  }

  /** Settles within a second. @throws {DatabaseUnavailableError} */
  async ping(): Promise<void> {
    const { refusal } = this.pulse;
    if (refusal !== undefined) throw new DatabaseUnavailableError({ cause: refusal });
    await mapDatabaseErrors(() => this.probe.query('SELECT 1'));
  }

  async onApplicationShutdown(): Promise<void> {
    this.pulse.stop();
    const ended = Promise.all([this.pool.end(), this.probe.end()]);
    // Not for ever: connections to a paused server do not say goodbye.
    await Promise.race([ended, delay(LONGEST_END_MS, undefined, { ref: false })]);
  }

  /** Closing the connection rolls back what is not committed. */
  private apart<T>(config: DatabaseClientConfig, work: (client: ClientBase) => Promise<T>): Promise<T> {
    return mapDatabaseErrors(async () => {
      const client = new DatabaseClient({
        ...config,
        connectionString: this.url,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      });
      const lost = new Promise<never>((_resolve, reject) => client.on('error', reject));
      lost.catch(() => undefined);
      try {
        await client.connect();
        // A copy does not notice that its connection is lost.
        return await Promise.race([work(client), lost]);
      } finally {
        await Promise.race([client.end(), delay(LONGEST_END_MS, undefined, { ref: false })]);
      }
    });
  }

  private open({ timeoutMs, ...others }: { max: number; timeoutMs: number; gate?: Gate }): Pool {
    const config: PoolConfig & DatabaseClientConfig = {
      ...CONNECTION_LIMITS,
      ...others,
      Client: DatabaseClient,
      connectionString: this.url,
      connectionTimeoutMillis: Math.min(CONNECT_TIMEOUT_MS, timeoutMs),
      // The server's limit spares it work. Ours holds if one connection is silent.
      statement_timeout: timeoutMs,
      query_timeout: timeoutMs,
    };
    const pool = new Pool(config);
    // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
    pool.on('error', (error) => this.logger.warn(`A connection was lost: ${error.message}`));
    return pool;
  }
}

function queryable(client: ClientBase): Queryable {
  return {
    query: async <Row extends QueryResultRow>(sql: string, values: unknown[] = []) =>
      (await client.query<Row>(sql, values)).rows,
  };
}

async function cannotRollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return false;
  } catch {
    return true;
  }
}

async function mapDatabaseErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isMissingTable(error)) throw new MissingTableError({ cause: error });
    throw isUnavailable(error) ? new DatabaseUnavailableError({ cause: error }) : error;
  }
}
