/** The stable `code` of a `SessionError`. */
export type SessionErrorCode =
  | 'E_NO_SESSION'
  | 'E_SESSION_UNKNOWN'
  | 'E_SESSION_CONTENDED'
  | 'E_INVALID'
  | 'E_TOO_LARGE'
  | 'E_NOT_REPLICATED'
  | 'E_INSECURE_CONNECTION';

/** A session is missing, or could not be started, changed or ended. `code` says why; the message says what to do. */
export class SessionError extends Error {
  /** @param errors the wrong fields of E_INVALID. */
  constructor(
    readonly code: SessionErrorCode,
    message: string,
    readonly errors?: readonly { field: string; message: string }[],
  ) {
    super(message);
    this.name = 'SessionError';
  }
}

export function noSession(): SessionError {
  return new SessionError(
    'E_NO_SESSION',
    'Not signed in, or the session has ended. Sign in with POST /api/sessions.',
  );
}

export function notReplicated(): SessionError {
  return new SessionError(
    'E_NOT_REPLICATED',
    'The session has ended, but no replica has confirmed that yet, so a failover might restore it. Check again in a moment, and end it again if it still exists.',
  );
}

export function contended(): SessionError {
  return new SessionError(
    'E_SESSION_CONTENDED',
    'Too many requests change this session at the same time. Nothing was saved. Try again.',
  );
}
