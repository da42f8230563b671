import { Module } from '@nestjs/common';
import { APP_FILTER, ModuleRef } from '@nestjs/core';
import { isProvided, ModuleSetupError } from '../common/index.js';
import { DatabaseErrorFilter } from './database-error.filter.js';
import { Database } from './database.js';
import { DATABASE_OPTIONS, DatabaseModuleBase } from './database.options.js';
import { Migrations } from './migrations.js';

/**
 * For modules that inject {@link Database} or {@link Migrations}: they import this module, so that an application without
 * {@link DatabaseModule} does not start and says what is missing.
 */
@Module({
  providers: [
    { provide: APP_FILTER, useClass: DatabaseErrorFilter },
    { provide: Database, inject: [ModuleRef], useFactory: createDatabase },
    Migrations,
  ],
  exports: [Database, Migrations],
})
export class DatabaseProvidersModule {}

/** PostgreSQL: the source of truth behind every cache. */
@Module({
  imports: [DatabaseProvidersModule],
  exports: [DATABASE_OPTIONS, DatabaseProvidersModule],
})
export class DatabaseModule extends DatabaseModuleBase {}

/** Injects the options only after this check. Otherwise Nest reports them as an unknown dependency of a file that was copied. */
async function createDatabase(modules: ModuleRef): Promise<Database> {
  if (isProvided(modules, DATABASE_OPTIONS)) return modules.create(Database);
  throw new ModuleSetupError(
    "A module needs DatabaseModule. Add DatabaseModule.forRoot({ url: process.env.DATABASE_URL ?? '' }) to the imports of the root module.",
  );
}
