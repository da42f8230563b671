import { Catch } from '@nestjs/common';
import { ProblemFilter } from '../common/index.js';
import { DatabaseUnavailableError, MissingTableError } from './database.errors.js';

/** Answers with 503 while PostgreSQL or its tables are not there. */
@Catch(DatabaseUnavailableError, MissingTableError)
export class DatabaseErrorFilter extends ProblemFilter<DatabaseUnavailableError['code']> {
  protected readonly statuses = {
    E_DATABASE_UNAVAILABLE: 503,
  };
}
