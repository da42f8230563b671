import { Catch } from '@nestjs/common';
import { ProblemFilter } from '../../common/index.js';
import { QueryCacheError, type QueryCacheErrorCode } from '../query-cache.errors.js';

/** The status of each error of this module. */
@Catch(QueryCacheError)
export class QueryCacheErrorFilter extends ProblemFilter<QueryCacheErrorCode> {
  protected readonly statuses = {
    E_QUERY_UNKNOWN: 404,
    E_QUERY_ARGUMENTS: 422,
    E_QUERY_DEFINITION: 500,
    E_QUERY_VALUE: 500,
    E_LOAD_TIMED_OUT: 503,
  };
}
