import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Database, type Queryable } from './database.js';
import { DatabaseUnavailableError, explainDatabaseFailure } from './database.errors.js';

const RETRY_MS = 1_000;
/** An arbitrary number, the same on every node: nodes that start together migrate one after the other. */
const ADVISORY_LOCK = 20_010_601;

/**
 * It was called `migrations`, as the table of TypeORM, which has other columns. Not if the new table exists: a node of an earlier version
 * may have created the old one again.
 */
const RENAME_EARLIER_TABLE = `DO $$ BEGIN
  IF to_regclass('module_migrations') IS NULL AND 2 = (SELECT count(*) FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = 'migrations' AND column_name IN ('module', 'step'))
  THEN ALTER TABLE migrations RENAME TO module_migrations;
  END IF;
END $$`;

/**
 * Brings each module's tables up to date.
 *
 * A module passes its steps in order; each step runs once. While the database is down this retries, so the application starts
 * without it and recovers by itself.
 */
@Injectable()
export class Migrations implements OnApplicationShutdown {
  private readonly logger = new Logger('Migrations');
  private readonly stopped = new AbortController();
  private readonly pending = new Set<string>();

  constructor(private readonly database: Database) {}

  /** Modules whose migrations are not complete. */
  get unfinished(): string[] {
    return [...this.pending];
  }

  /**
   * Runs the pending steps, then `afterwards`, which is repeated if the database fails meanwhile. Never rejects. Do not await it at boot:
   * the application serves while its database is down.
   */
  async apply(module: string, steps: readonly string[], afterwards?: () => Promise<void>): Promise<void> {
    this.pending.add(module);
    let said = '';
    while (!this.stopped.signal.aborted) {
      try {
        await this.applyOnce(module, steps);
        await afterwards?.();
        this.pending.delete(module);
        return;
      } catch (error) {
        if (this.stopped.signal.aborted) return;
        const reason =
          error instanceof DatabaseUnavailableError ? explainDatabaseFailure(error) : String(error);
        if (reason !== said) this.logger.warn(`The tables of ${module} cannot be made yet: ${reason}`);
        said = reason;
        await delay(RETRY_MS, undefined, { signal: this.stopped.signal }).catch(() => undefined);
      }
    }
  }

  onApplicationShutdown(): void {
    this.stopped.abort();
  }

  private async createSchema(transaction: Queryable): Promise<void> {
    const { schema } = this.database;
    if (schema === undefined) return;
    // Not IF NOT EXISTS, for which a user needs the right to create schemas even if this one exists.
    const [found] = await transaction.query<{ exists: boolean }>(
      'SELECT to_regnamespace($1) IS NOT NULL AS exists',
      [schema],
    );
    if (!found?.exists) await transaction.query(`CREATE SCHEMA ${schema}`);
  }

  private async applyOnce(module: string, steps: readonly string[]): Promise<void> {
    await this.database.longTransaction(async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
      await this.createSchema(transaction);
      await transaction.query(RENAME_EARLIER_TABLE);
      await transaction.query(
        'CREATE TABLE IF NOT EXISTS module_migrations (module text PRIMARY KEY, step integer NOT NULL)',
      );
      const [row] = await transaction.query<{ step: number }>(
        'SELECT step FROM module_migrations WHERE module = $1',
        [module],
      );
      for (const sql of steps.slice(row?.step ?? 0)) await transaction.query(sql);
      await transaction.query(
        `INSERT INTO module_migrations (module, step) VALUES ($1, $2)
         ON CONFLICT (module) DO UPDATE SET step = greatest(module_migrations.step, excluded.step)`,
        [module, steps.length],
      );
    });
  }
}
