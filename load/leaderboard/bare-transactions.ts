import { Pool } from 'pg';
import { type OwnPostgres, startOwnPostgres } from '../app/own-postgres.js';

export interface Row {
  readonly submissionId: string;
  readonly playerId: string;
  readonly score: number;
}

// Prepared once per connection. unnest() takes a batch of any size in one statement, which is a transaction of its own.
const INSERT = {
  name: 'insert-rows',
  text: 'INSERT INTO rows SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[])',
};

/** The least that a durable batch costs: an INSERT into a table without indexes, by a PostgreSQL on the disk of the application's. */
export class BareTransactions {
  private readonly pool: Pool;

  private constructor(private readonly postgres: OwnPostgres) {
    // As many connections as the application has.
    this.pool = new Pool({ connectionString: postgres.url, max: 10 });
    // An idle connection reports that the server ends. A query that fails rejects by itself.
    this.pool.on('error', () => undefined);
  }

  static async start(): Promise<BareTransactions> {
    const bare = new BareTransactions(await startOwnPostgres());
    await bare.pool.query('CREATE TABLE rows (submission_id uuid, player_id text, score bigint)');
    return bare;
  }

  /** Resolves when the rows are on disk. */
  async insert(rows: readonly Row[]): Promise<void> {
    const values = [
      rows.map(({ submissionId }) => submissionId),
      rows.map(({ playerId }) => playerId),
      rows.map(({ score }) => score),
    ];
    await this.pool.query({ ...INSERT, values });
  }

  async stop(): Promise<void> {
    await this.pool.end();
    await this.postgres.stop();
  }
}
