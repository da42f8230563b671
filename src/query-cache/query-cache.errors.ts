export type QueryCacheErrorCode =
  'E_QUERY_DEFINITION' | 'E_QUERY_ARGUMENTS' | 'E_QUERY_VALUE' | 'E_QUERY_UNKNOWN' | 'E_LOAD_TIMED_OUT';

/** A query that is defined, called or answered in a way the cache cannot keep its promises for; the message says what to do. */
export class QueryCacheError extends Error {
  constructor(
    readonly code: QueryCacheErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'QueryCacheError';
  }
}
