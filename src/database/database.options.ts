import { ConfigurableModuleBuilder } from '@nestjs/common';

export interface DatabaseOptions {
  /** For example `postgres://user:password@127.0.0.1:5432/caching`. */
  url: string;
  /** Most connections at a time, for example 10: what PostgreSQL is never asked beyond. */
  connections?: number;
}

export const { ConfigurableModuleClass: DatabaseModuleBase, MODULE_OPTIONS_TOKEN: DATABASE_OPTIONS } =
  new ConfigurableModuleBuilder<DatabaseOptions>().setClassMethodName('forRoot').build();
