export type SessionErrorCode = 'E_NO_SESSION' | 'E_INSECURE_CONNECTION';

/** A request that needs a session and has none that holds, or may not have one. */
export class SessionError extends Error {
  constructor(
    readonly code: SessionErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'SessionError';
  }
}
