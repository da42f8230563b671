import type { QueryResultRow } from 'pg';
import type { Connection, Connections } from './connections.js';

/** Cancels a statement on the server when its signal aborts, so that PostgreSQL stops unneeded work. */
export class CancellableQueries {
  private readonly processIds = new WeakMap<Connection, number>();

  constructor(
    private readonly pool: Connections,
    /** Sends the cancel request, because all connections of `pool` may be in use. */
    private readonly control: Connections,
  ) {}

  async run<Row extends QueryResultRow>(sql: string, values: unknown[], signal: AbortSignal): Promise<Row[]> {
    const client = await this.pool.connect();
    // The pool handles errors of idle connections only. Losing the connection also rejects the statement.
    const ignore = () => undefined;
    client.on('error', ignore);
    let isReusable = false;
    let cancel = ignore;
    try {
      const processId = await this.processIdOf(client);
      signal.throwIfAborted();
      cancel = () => void this.control.query('SELECT pg_cancel_backend($1)', [processId]).catch(ignore);
      signal.addEventListener('abort', cancel);
      const { rows } = await client.query<Row>(sql, values);
      // A late cancel request would cancel the next statement of this connection.
      isReusable = !signal.aborted;
      return rows;
    } finally {
      signal.removeEventListener('abort', cancel);
      client.off('error', ignore);
      client.release(!isReusable);
    }
  }

  private async processIdOf(client: Connection): Promise<number> {
    const known = this.processIds.get(client);
    if (known !== undefined) return known;
    const { rows } = await client.query<{ id: number }>('SELECT pg_backend_pid() AS id');
    const id = rows[0]?.id;
    if (id === undefined) throw new Error('PostgreSQL returned no row for pg_backend_pid().');
    this.processIds.set(client, id);
    return id;
  }
}
