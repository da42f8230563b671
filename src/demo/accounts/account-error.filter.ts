import { Catch } from '@nestjs/common';
import { InvalidInputError, ProblemFilter } from '../../common/index.js';
import { AccountError, type AccountErrorCode } from './accounts.errors.js';

/** The status of each error of this module. */
@Catch(AccountError, InvalidInputError)
export class AccountErrorFilter extends ProblemFilter<AccountErrorCode> {
  protected readonly statuses = {
    E_WRONG_CREDENTIALS: 401,
    E_ACCOUNT_UNKNOWN: 404,
    E_USERNAME_TAKEN: 409,
    E_INVALID: 422,
    E_TOO_MANY_FAILURES: 429,
    E_TOO_MANY_SIGN_UPS: 429,
    E_ACCOUNTS_BUSY: 503,
    E_DATABASE_UNAVAILABLE: 503,
    E_SESSIONS_REMAIN: 503,
  };
}
