import type { FieldError } from '../common/index.js';

/** What a caller can do about each is in the message. */
export type QueryCacheErrorCode =
  'E_QUERY_DEFINITION' | 'E_QUERY_ARGUMENTS' | 'E_QUERY_VALUE' | 'E_QUERY_UNKNOWN' | 'E_LOAD_TIMED_OUT';

/** A query whose definition, arguments or answer the cache cannot handle. The message names the query and what to do. */
export class QueryCacheError extends Error {
  /** Of E_QUERY_ARGUMENTS: which argument is wrong, for example `args.id`. */
  readonly errors?: readonly FieldError[];

  constructor(
    readonly code: QueryCacheErrorCode,
    message: string,
    { errors, ...options }: ErrorOptions & { errors?: readonly FieldError[] } = {},
  ) {
    super(message, options);
    this.name = 'QueryCacheError';
    if (errors) this.errors = errors;
  }
}
