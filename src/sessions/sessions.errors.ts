export type SessionErrorCode = 'E_NO_SESSION';

/** A request that needs a session and has none that holds. */
export class SessionError extends Error {
  constructor(
    readonly code: SessionErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'SessionError';
  }
}
