import { Catch } from '@nestjs/common';
import { InvalidInputError, ProblemFilter } from '../../common/index.js';

/** The first two are of this application, the others of the launcher. */
const STATUSES = {
  E_NO_LAUNCHER: 404,
  E_LAUNCHER_SILENT: 503,
  E_SERVER_UNKNOWN: 404,
  E_NO_CLUSTER: 404,
  E_ZONE_UNKNOWN: 404,
  E_SERVER_STATE: 409,
  E_SERVER_BUSY: 409,
  E_SERVER_SILENT: 503,
} as const;

type ServersErrorCode = keyof typeof STATUSES;

/** A list or an action that the launcher does not give or perform. */
export class ServersError extends Error {
  constructor(
    readonly code: ServersErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'ServersError';
  }
}

@Catch(ServersError, InvalidInputError)
export class ServersErrorFilter extends ProblemFilter<ServersErrorCode | InvalidInputError['code']> {
  protected readonly statuses = { E_INVALID: 422, ...STATUSES };
}
