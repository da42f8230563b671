/** Every code the API answers with, and its status. Modules throw codes; only this table knows HTTP. */
export const PROBLEM_STATUS = {
  E_MALFORMED_JSON: 400,
  E_BAD_REQUEST: 400,
  E_NO_SESSION: 401,
  E_WRONG_CREDENTIALS: 401,
  E_KEY_REQUIRED: 401,
  E_CROSS_SITE: 403,
  E_HOST_UNKNOWN: 403,
  E_INSECURE_CONNECTION: 403,
  E_NOT_FOUND: 404,
  E_SESSION_UNKNOWN: 404,
  E_AIRPORT_UNKNOWN: 404,
  E_ROUTE_UNKNOWN: 404,
  E_FLIGHT_UNKNOWN: 404,
  E_BOARD_UNKNOWN: 404,
  E_PLAYER_NOT_RANKED: 404,
  E_WINDOW_UNKNOWN: 404,
  E_QUERY_UNKNOWN: 404,
  E_USERNAME_TAKEN: 409,
  E_BOARD_EXISTS: 409,
  E_SUBMISSION_CONFLICT: 409,
  E_TOO_LARGE: 413,
  E_UNSUPPORTED_MEDIA_TYPE: 415,
  E_INVALID: 422,
  E_SCORE_OUT_OF_BOUNDS: 422,
  E_QUERY_ARGUMENTS: 422,
  E_TOO_MANY_FAILURES: 429,
  E_TOO_MANY_SIGN_UPS: 429,
  E_TOO_MANY_WATCHES: 429,
  E_INTERNAL: 500,
  E_ENGINE_UNAVAILABLE: 503,
  E_SESSION_CONTENDED: 503,
  E_NOT_REPLICATED: 503,
  E_SESSIONS_REMAIN: 503,
  E_ACCOUNTS_BUSY: 503,
  E_BOARD_BUSY: 503,
  E_DATABASE_UNAVAILABLE: 503,
  E_DATASET_MISSING: 503,
  E_LOAD_TIMED_OUT: 503,
  E_WEATHER_UNAVAILABLE: 503,
} as const;

export type ProblemCode = keyof typeof PROBLEM_STATUS;

/** The body of every error: RFC 9457, with a stable `code` and, for wrong input, the fields. */
export interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  code: ProblemCode;
  /** What failed and what to do. */
  detail: string;
  errors?: FieldError[];
}

export interface FieldError {
  /** Dotted path, for example `scores.3.playerId`; empty for the whole. */
  field: string;
  message: string;
}

/** Input that has the wrong shape; answered 422 with each wrong field named. */
export class InvalidInputError extends Error {
  readonly code = 'E_INVALID';

  constructor(readonly errors: FieldError[]) {
    super(`Correct ${errors.map(({ field, message }) => `${field || 'the body'}: ${message}`).join('; ')}`);
    this.name = 'InvalidInputError';
  }
}

/** A request this API refuses before any module sees it. */
export class RefusedError extends Error {
  constructor(
    readonly code: ProblemCode,
    message: string,
  ) {
    super(message);
    this.name = 'RefusedError';
  }
}
