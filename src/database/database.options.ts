import { ConfigurableModuleBuilder } from '@nestjs/common';

/** Options of `DatabaseModule.forRootAsync`. */
export interface DatabaseOptions {
  /** For example `postgres://user:password@127.0.0.1:5432/caching`. */
  url: string;
  /** Maximum number of pool connections, for example 10. */
  connections?: number;
}

export const { ConfigurableModuleClass: DatabaseModuleBase, MODULE_OPTIONS_TOKEN: DATABASE_OPTIONS } =
  new ConfigurableModuleBuilder<DatabaseOptions>().setClassMethodName('forRoot').build();
