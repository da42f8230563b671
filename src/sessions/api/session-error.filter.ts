import { Catch } from '@nestjs/common';
import { InvalidInputError, ProblemFilter } from '../../common/index.js';
import { SessionError, type SessionErrorCode } from '../sessions.errors.js';

/** The status of each error of this module. */
@Catch(SessionError, InvalidInputError)
export class SessionErrorFilter extends ProblemFilter<SessionErrorCode> {
  protected readonly statuses = {
    E_NO_SESSION: 401,
    E_INSECURE_CONNECTION: 403,
    E_NOT_RECENTLY_SIGNED_IN: 403,
    E_SESSION_UNKNOWN: 404,
    E_TOO_LARGE: 413,
    E_INVALID: 422,
    E_TOO_MANY_GUESTS: 429,
    E_SESSION_NOT_LOADED: 500,
    E_NOT_REPLICATED: 503,
    E_SESSION_CONTENDED: 503,
  };
}
