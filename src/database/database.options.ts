import type { Pool } from 'pg';
import { z } from 'zod';
import { configurableModule, wholeOption } from '../common/index.js';
import type { DatabasePoolOptions } from './connections/shared-pool.js';

/** Options of `DatabaseModule.forRoot` and `forRootAsync`: a URL, or the pool of a service that has one. */
export type DatabaseOptions = DatabaseUrlOptions | DatabasePoolOptions;

/** Opens a pool of its own. An ORM of the service, for example TypeORM or Prisma, simply has its own beside it. */
export interface DatabaseUrlOptions {
  /** For example `postgres://user:password@127.0.0.1:5432/caching`. */
  url: string;
  /** Maximum number of pool connections, for example 10. */
  connections?: number;
  /**
   * A schema for the tables of these modules, for example `caching`. It is created if it does not exist. Use one if the service has tables
   * of the same names, or an ORM that would drop unknown tables. Default: the server's `search_path`.
   */
  schema?: string;
}

const ONE_OF = 'needs url, for example postgres://user:password@host:5432/database, or pool.';

const optionsSchema = z
  .object({
    url: z.url({ protocol: /^postgres(ql)?$/, error: `must be a PostgreSQL URL: ${ONE_OF}` }).optional(),
    connections: wholeOption(1, 10_000).optional(),
    schema: z
      .string()
      .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'must be a name in lower case, for example "caching".')
      .optional(),
    pool: z.custom<Pool>(isPool, 'must be a Pool of pg.').optional(),
  })
  .refine(({ url, pool }) => (url === undefined) !== (pool === undefined), ONE_OF)
  .refine(({ pool, schema }) => pool === undefined || schema === undefined, {
    path: ['schema'],
    message: 'needs url. Set search_path in the options of the pool instead.',
  });

export const { ConfigurableModuleClass: DatabaseModuleBase, MODULE_OPTIONS_TOKEN: DATABASE_OPTIONS } =
  configurableModule<DatabaseOptions>({ name: 'DatabaseModule', schema: optionsSchema });

/** Not instanceof: the service may have another version of pg. */
function isPool(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'totalCount' in given && 'connect' in given;
}
