import { Global, Module } from '@nestjs/common';
import { Database } from './database.js';
import { DatabaseModuleBase } from './database.options.js';
import { Migrations } from './migrations.js';

/** PostgreSQL: the source of truth behind every cache. */
@Global()
@Module({ providers: [Database, Migrations], exports: [Database, Migrations] })
export class DatabaseModule extends DatabaseModuleBase {}
