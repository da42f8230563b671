import { Catch } from '@nestjs/common';
import { InvalidInputError, ProblemFilter } from '../../common/index.js';

type CrowdErrorCode = 'E_LOAD_RUNNING' | 'E_CROWD_LOADED' | 'E_CROWD_PLAYER_UNKNOWN' | 'E_RANKS_BUSY';

/** A request about the crowd that is not served. The message says what to do. */
export class CrowdError extends Error {
  constructor(
    readonly code: CrowdErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'CrowdError';
  }
}

@Catch(CrowdError, InvalidInputError)
export class CrowdErrorFilter extends ProblemFilter<CrowdErrorCode | InvalidInputError['code']> {
  protected readonly statuses = {
    E_INVALID: 422,
    E_CROWD_PLAYER_UNKNOWN: 404,
    E_LOAD_RUNNING: 409,
    E_CROWD_LOADED: 409,
    E_RANKS_BUSY: 503,
  };
}
