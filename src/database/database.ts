import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type ClientBase, type ClientConfig, Pool, type PoolConfig, type QueryResultRow } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { CancellableQueries } from './connections/cancellable-queries.js';
import { connectionConfig, withSettings } from './connections/connection-config.js';
import {
  BEGIN_WITH_LIMITS,
  CONNECTION_LIMITS,
  LONG_READ_LIMITS,
  STATEMENT_TIMEOUT_MS,
} from './connections/connection-limits.js';
import type { Connection, Connections } from './connections/connections.js';
import { DatabaseClient, type DatabaseClientConfig, type Gate } from './connections/database-client.js';
import { traced } from './database.channel.js';
import {
  DatabaseUnavailableError,
  isMissingTable,
  isUnavailable,
  MissingTableError,
} from './database.errors.js';
import { DATABASE_OPTIONS, type DatabaseOptions } from './database.options.js';
import { DatabaseHeartbeat } from './connections/database-heartbeat.js';
import { Listener, type NotificationListener } from './connections/listener.js';
import { SharedPool } from './connections/shared-pool.js';
import { unlessSilent, within } from './connections/silence.js';

const CONNECT_TIMEOUT_MS = 2_000;
const PING_TIMEOUT_MS = 1_000;
const POOL_LIMITS = { connectMs: CONNECT_TIMEOUT_MS, statementMs: STATEMENT_TIMEOUT_MS };
const LONGEST_END_MS = 1_000;
/** For long reads: PostgreSQL sorts a large table before it sends the first row. */
const LONGEST_SILENCE_MS = 60_000;

/** Executes statements: the pool, or one transaction. */
export interface Queryable {
  /** Runs one statement with `$1`-style parameters. @returns its rows; SQL `NULL` is null. */
  query<Row extends QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
}

/** Counts of {@link Database.poolState}. */
export interface PoolState {
  idle: number;
  used: number;
  waiting: number;
  max: number;
}

/** A consistent view of the database at one point in time, for reading whole tables. */
export interface Snapshot extends Queryable {
  /** Streams `COPY (statement) TO STDOUT` in text format; the statement has no parameters. */
  copy(statement: string): AsyncIterable<Buffer>;
}

/**
 * PostgreSQL through a bounded connection pool. A statement may take 10 s. If the server is silent, for example paused, waiting statements are
 * rejected within 3 s, and further ones at once until it answers again. With a pool of the service some of this costs more: see
 * `DatabasePoolOptions`.
 */
@Injectable()
export class Database implements Queryable, OnApplicationShutdown {
  /** The schema of all tables. Undefined for the server's default. */
  readonly schema: string | undefined;
  private readonly connection: ClientConfig;
  private readonly pool: Connections;
  private readonly begin: string;
  /** A separate connection, so that a busy pool does not look like a lost database. */
  private readonly probe: Pool;
  private readonly heartbeat: DatabaseHeartbeat;
  private readonly cancellable: CancellableQueries;
  private readonly logger = new Logger('Database');

  constructor(@Inject(DATABASE_OPTIONS) options: DatabaseOptions) {
    this.connection = connectionConfig(options);
    this.schema = 'pool' in options ? undefined : options.schema;
    this.begin = 'pool' in options ? BEGIN_WITH_LIMITS : 'BEGIN';
    this.probe = this.open({ max: 1, timeoutMs: PING_TIMEOUT_MS });
    this.heartbeat = new DatabaseHeartbeat(() => this.probe.query('SELECT 1'));
    const { heartbeat } = this;
    this.pool =
      'pool' in options
        ? new SharedPool(options.pool, heartbeat, POOL_LIMITS)
        : this.open({ max: options.connections ?? 10, timeoutMs: STATEMENT_TIMEOUT_MS, gate: heartbeat });
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
    const run = async () =>
      signal
        ? this.cancellable.run<Row>(sql, values, signal)
        : (await this.pool.query<Row>(sql, values)).rows;
    return mapDatabaseErrors(() => traced(sql, run));
  }

  /** Connections of the pool, and statements that wait for one. */
  get poolState(): PoolState {
    const { totalCount, idleCount, waitingCount, options } = this.pool;
    return { idle: idleCount, used: totalCount - idleCount, waiting: waitingCount, max: options.max };
  }

  /** Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. */
  async transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    return mapDatabaseErrors(async () => {
      const client = await this.pool.connect();
      // The pool handles errors of idle connections only. Without a listener a lost connection would end the process.
      const onError = (error: Error) => this.logger.warn(`A connection was lost: ${error.message}`);
      client.on('error', onError);
      let broken = true;
      try {
        const statements = queryable(client);
        await statements.query(this.begin);
        const result = await work(statements);
        await statements.query('COMMIT');
        broken = false;
        return result;
      } catch (error) {
        // A server that does not answer would not answer a ROLLBACK either.
        if (!isUnavailable(error)) broken = await cannotRollBack(client);
        throw error;
      } finally {
        client.off('error', onError);
        client.release(broken);
      }
    });
  }

  /** Runs `work` in a transaction on a separate connection without a statement timeout: a migration's duration depends on the number of rows. */
  longTransaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    return this.apart({ ...CONNECTION_LIMITS, gate: this.heartbeat }, async (client) => {
      await client.query('BEGIN');
      const result = await work(queryable(client));
      await client.query('COMMIT');
      return result;
    });
  }

  /**
   * Reads a consistent snapshot on a separate connection without a statement timeout. Only silence is limited, to 60 s. The snapshot ends
   * when `work` settles.
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

  /**
   * Calls the listener for each `NOTIFY` on this channel, on a separate connection. Needs a direct connection: a pooler that shares
   * connections between transactions (PgBouncer) delivers nothing.
   *
   * @returns a function that ends it.
   */
  listen(channel: string, listener: NotificationListener): () => void {
    const config = { application_name: `listener of ${channel}`, gate: this.heartbeat };
    const opened = new Listener(channel, listener, (work) => this.apart(config, work));
    void opened.run();
    return () => opened.close();
  }

  /** Sends a ping and settles within a second. @throws {DatabaseUnavailableError} */
  async ping(): Promise<void> {
    const { refusal } = this.heartbeat;
    if (refusal !== undefined) throw new DatabaseUnavailableError({ cause: refusal });
    await mapDatabaseErrors(() => this.probe.query('SELECT 1'));
  }

  async onApplicationShutdown(): Promise<void> {
    this.heartbeat.stop();
    const ended = Promise.all([this.pool.end(), this.probe.end()]);
    // With a limit: a paused server does not answer the goodbye.
    await Promise.race([ended, delay(LONGEST_END_MS, undefined, { ref: false })]);
  }

  /** Runs `work` on a separate connection. Closing it rolls back an open transaction. */
  private apart<T>(config: DatabaseClientConfig, work: (client: ClientBase) => Promise<T>): Promise<T> {
    return mapDatabaseErrors(async () => {
      const client = new DatabaseClient({
        ...withSettings(this.connection, config),
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        statement_timeout: false,
        query_timeout: 0,
      });
      const lost = new Promise<never>((_resolve, reject) => client.on('error', reject));
      lost.catch(() => undefined);
      try {
        await client.connect();
        // A COPY stream does not notice a lost connection.
        return await Promise.race([work(client), lost]);
      } finally {
        await Promise.race([client.end(), delay(LONGEST_END_MS, undefined, { ref: false })]);
      }
    });
  }

  private open({ timeoutMs, ...others }: { max: number; timeoutMs: number; gate?: Gate }): Pool {
    const config: PoolConfig & DatabaseClientConfig = {
      ...withSettings(this.connection, CONNECTION_LIMITS),
      ...others,
      Client: DatabaseClient,
      connectionTimeoutMillis: Math.min(CONNECT_TIMEOUT_MS, timeoutMs),
      // The server's limit stops the statement. The client's limit also holds if the connection is silent.
      statement_timeout: timeoutMs,
      query_timeout: timeoutMs,
    };
    const pool = new Pool(config);
    // The next query replaces a broken idle connection. Without a listener it would end the process.
    pool.on('error', (error) => this.logger.warn(`A connection was lost: ${error.message}`));
    return pool;
  }
}

function queryable(client: Pick<Connection, 'query'>): Queryable {
  return {
    query: <Row extends QueryResultRow>(sql: string, values: unknown[] = []) =>
      traced(sql, async () => (await client.query<Row>(sql, values)).rows),
  };
}

async function cannotRollBack(client: Connection): Promise<boolean> {
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
