export { Database } from './database.js';
export type { PoolState, Queryable, Snapshot } from './database.js';
export { statementChannel, type StatementTrace } from './database.channel.js';
export { DatabaseUnavailableError, explainDatabaseFailure, MissingTableError } from './database.errors.js';
export { DatabaseErrorFilter } from './database-error.filter.js';
export { DatabaseModule, DatabaseProvidersModule } from './database.module.js';
export type { DatabasePoolOptions } from './connections/shared-pool.js';
export type { DatabaseOptions, DatabaseUrlOptions } from './database.options.js';
export { Migrations } from './migrations.js';
