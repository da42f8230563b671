export type SessionErrorCode =
  | 'E_NO_SESSION'
  | 'E_SESSION_UNKNOWN'
  | 'E_SESSION_CONTENDED'
  | 'E_INVALID'
  | 'E_TOO_LARGE'
  | 'E_NOT_REPLICATED'
  | 'E_INSECURE_CONNECTION';

/** A request that needs a session and has none, may not have one, or could not change it. */
export class SessionError extends Error {
  /** @param errors the wrong fields, for E_INVALID. */
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
    'Nobody is signed in here, or the session has ended. Sign in with POST /api/sessions.',
  );
}

export function notReplicated(): SessionError {
  return new SessionError(
    'E_NOT_REPLICATED',
    'It has ended, but no replica has confirmed that yet, so a failover right now might undo it. Look again in a moment, and end it again if it is still there.',
  );
}

export function contended(): SessionError {
  return new SessionError(
    'E_SESSION_CONTENDED',
    'Too many requests change this session at the same time. Nothing was saved; try again.',
  );
}
