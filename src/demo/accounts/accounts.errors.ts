export type AccountErrorCode =
  'E_USERNAME_TAKEN' | 'E_WRONG_CREDENTIALS' | 'E_TOO_MANY_FAILURES' | 'E_SESSIONS_REMAIN';

/** An account request that is refused; the message says what to do and never which part was wrong. */
export class AccountError extends Error {
  readonly retryAfterSeconds: number;

  constructor(
    readonly code: AccountErrorCode,
    message: string,
    { retryAfterSeconds = 1, cause }: { retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = 'AccountError';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
