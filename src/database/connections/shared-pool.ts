import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg';
import { withTimeLimit } from '../../common/index.js';
import { isUnavailable } from '../database.errors.js';
import type { Connection, Connections } from './connections.js';

/**
 * Takes connections from a pool of the service, which it never ends: end it after `app.close()`.
 *
 * What that costs:
 * - Three connections more are opened with the options of the pool, one at a time each: for the heartbeat, for migrations, and for rebuilds
 *   of boards. Settings that a `connect` listener of the pool makes do not apply to them.
 * - Statements of a transaction have the same limits on the server as with a URL. Others are rejected after 10 s and their connection is
 *   closed, but PostgreSQL executes them to the end: set `statement_timeout` on the pool.
 * - PostgreSQL notices a node that is cut off only after its TCP timeout: set `tcp_user_timeout` and `tcp_keepalives_*` there too.
 * - A server that falls silent while it sends one large result is detected only after 10 s.
 */
export interface DatabasePoolOptions {
  /** `new Pool(…)` of pg. That of a TypeORM DataSource is `dataSource.driver.master`; Prisma's `PrismaPg` accepts one as well. */
  pool: Pool;
}

interface Limits {
  connectMs: number;
  statementMs: number;
}

/** Notices that PostgreSQL is silent. */
interface SilenceMonitor {
  /** Undefined while PostgreSQL answers. */
  readonly refusal: unknown;
  onSilence(listener: (reason: unknown) => void): void;
}

/**
 * A pool that belongs to the service. Connections are borrowed and given back, and the pool is never ended. While PostgreSQL is silent,
 * statements are rejected and their connections closed, but no connection that another part of the service has borrowed.
 */
export class SharedPool implements Connections {
  private readonly borrowed = new WeakMap<PoolClient, Connection>();
  private readonly waiting = new Set<(reason: unknown) => void>();

  constructor(
    private readonly pool: Pool,
    private readonly monitor: SilenceMonitor,
    private readonly limits: Limits,
  ) {
    monitor.onSilence((reason) => {
      for (const reject of this.waiting) reject(reason);
    });
  }

  get totalCount(): number {
    return this.pool.totalCount;
  }

  get idleCount(): number {
    return this.pool.idleCount;
  }

  get waitingCount(): number {
    return this.pool.waitingCount;
  }

  get options(): { max: number } {
    return this.pool.options;
  }

  async connect(): Promise<Connection> {
    this.requireAnswers();
    const client = this.pool.connect();
    try {
      return this.connectionOf(await this.answerWithin(this.limits.connectMs, client));
    } catch (error) {
      // It may still come, and belongs to the pool.
      client.then(
        (late) => late.release(),
        () => undefined,
      );
      throw error;
    }
  }

  async query<Row extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<QueryResult<Row>> {
    const connection = await this.connect();
    let isBroken = false;
    const ignore = () => undefined;
    // The pool handles errors of idle connections only.
    connection.on('error', ignore);
    try {
      return await connection.query<Row>(sql, values);
    } catch (error) {
      isBroken = isUnavailable(error);
      throw error;
    } finally {
      connection.off('error', ignore);
      connection.release(isBroken);
    }
  }

  /** The service ends its pool itself. */
  end(): Promise<void> {
    return Promise.resolve();
  }

  private connectionOf(client: PoolClient): Connection {
    const known = this.borrowed.get(client) ?? {
      on: client.on.bind(client),
      off: client.off.bind(client),
      // Not bound: the pool replaces it at each checkout.
      release: (isBroken) => client.release(isBroken),
      query: <Row extends QueryResultRow>(sql: string, values?: unknown[]) => {
        this.requireAnswers();
        return this.answerWithin(this.limits.statementMs, client.query<Row>(sql, values));
      },
    };
    this.borrowed.set(client, known);
    return known;
  }

  private requireAnswers(): void {
    const { refusal } = this.monitor;
    if (refusal !== undefined) throw refusal as Error;
  }

  /** Rejects if the answer takes too long, or when PostgreSQL falls silent. */
  private answerWithin<T>(ms: number, answer: Promise<T>): Promise<T> {
    const unlessSilent = new Promise<T>((resolve, reject) => {
      this.waiting.add(reject);
      answer.then(resolve, reject).finally(() => this.waiting.delete(reject));
    });
    return withTimeLimit(ms, unlessSilent, () => new Error(`timeout: no answer within ${ms} ms`));
  }
}
