export type AccountErrorCode = 'E_USERNAME_TAKEN' | 'E_WRONG_CREDENTIALS' | 'E_TOO_MANY_FAILURES';

/** An account request that is refused; the message says what to do and never which part was wrong. */
export class AccountError extends Error {
  constructor(
    readonly code: AccountErrorCode,
    message: string,
    readonly retryAfterSeconds = 1,
  ) {
    super(message);
    this.name = 'AccountError';
  }
}
