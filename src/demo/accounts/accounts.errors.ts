export type AccountErrorCode =
  | 'E_USERNAME_TAKEN'
  | 'E_ACCOUNT_UNKNOWN'
  | 'E_WRONG_CREDENTIALS'
  | 'E_TOO_MANY_FAILURES'
  | 'E_TOO_MANY_SIGN_UPS'
  | 'E_ACCOUNTS_BUSY'
  | 'E_INVALID'
  | 'E_SESSIONS_REMAIN'
  | 'E_DATABASE_UNAVAILABLE';

interface AccountErrorDetails {
  retryAfterSeconds?: number;
  errors?: { field: string; message: string }[];
  cause?: unknown;
}

/** An account request is refused. The message says what to do, and never whether the name or the password was wrong. */
export class AccountError extends Error {
  readonly retryAfterSeconds: number;
  /** The wrong fields of E_INVALID. */
  readonly errors: { field: string; message: string }[] | undefined;

  constructor(
    readonly code: AccountErrorCode,
    message: string,
    { retryAfterSeconds = 1, errors, cause }: AccountErrorDetails = {},
  ) {
    super(message, { cause });
    this.name = 'AccountError';
    this.retryAfterSeconds = retryAfterSeconds;
    this.errors = errors;
  }
}

const BUSY_SECONDS = 2;

/** The queue of passwords to be hashed is full. */
export function busy(): AccountError {
  return new AccountError(
    'E_ACCOUNTS_BUSY',
    `Too many passwords are being verified. Nothing was changed. Try again in ${BUSY_SECONDS} seconds.`,
    { retryAfterSeconds: BUSY_SECONDS },
  );
}
