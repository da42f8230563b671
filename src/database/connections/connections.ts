import type { PoolClient, QueryResult, QueryResultRow } from 'pg';

/** A connection that is given back with `release`. `isBroken`: it is closed instead. */
export interface Connection extends Pick<PoolClient, 'on' | 'off'> {
  query<Row extends QueryResultRow>(sql: string, values?: unknown[]): Promise<QueryResult<Row>>;
  release(isBroken: boolean): void;
}

/** The pool that statements take their connections from. */
export interface Connections {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { max: number };
  connect(): Promise<Connection>;
  query<Row extends QueryResultRow>(sql: string, values?: unknown[]): Promise<QueryResult<Row>>;
  end(): Promise<void>;
}
