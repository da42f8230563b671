import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { DatabaseErrorFilter } from './database-error.filter.js';
import { Database } from './database.js';
import { DatabaseModuleBase } from './database.options.js';
import { Migrations } from './migrations.js';

/** PostgreSQL: the source of truth behind every cache. */
@Module({
  providers: [{ provide: APP_FILTER, useClass: DatabaseErrorFilter }, Database, Migrations],
  exports: [Database, Migrations],
})
export class DatabaseModule extends DatabaseModuleBase {}
