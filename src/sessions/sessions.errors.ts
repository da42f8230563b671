/** The stable `code` of a `SessionError`. */
export type SessionErrorCode =
  | 'E_NO_SESSION'
  | 'E_NOT_RECENTLY_SIGNED_IN'
  | 'E_SESSION_NOT_LOADED'
  | 'E_SESSION_UNKNOWN'
  | 'E_SESSION_CONTENDED'
  | 'E_INVALID'
  | 'E_TOO_LARGE'
  | 'E_NOT_REPLICATED'
  | 'E_TOO_MANY_GUESTS'
  | 'E_INSECURE_CONNECTION';

/** A session is missing, or could not be started, changed or ended. `code` says why; the message says what to do. */
export class SessionError extends Error {
  /** @param errors the wrong fields of E_INVALID. @param retryAfterSeconds for E_TOO_MANY_GUESTS. */
  constructor(
    readonly code: SessionErrorCode,
    message: string,
    readonly errors?: readonly { field: string; message: string }[],
    readonly retryAfterSeconds?: number,
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

export function invalidPatch(): SessionError {
  const message = 'must be a JSON object, which is a merge patch (RFC 7396)';
  return new SessionError('E_INVALID', `The body ${message}.`, [{ field: '', message }]);
}

/** The client asks for the password again, has it verified, and repeats the request. */
export function notRecentlySignedIn(withinSeconds: number): SessionError {
  return new SessionError(
    'E_NOT_RECENTLY_SIGNED_IN',
    `This needs a password that was verified within the last ${withinSeconds} seconds. Ask for the password, send it to POST /api/sessions/current/authentication, and try again.`,
  );
}

/** The guest has signed in with another request, whose response has set a new cookie. */
export function guestSignedIn(): SessionError {
  return new SessionError(
    'E_NO_SESSION',
    'This visitor has just signed in, which ended the session of this cookie. Nothing was saved. Try again with the new cookie.',
  );
}

export function tooManyGuests(ms: number): SessionError {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  return new SessionError(
    'E_TOO_MANY_GUESTS',
    `Too many guests came from this address. Sign in, or try again in ${Math.ceil(seconds / 60)} minutes.`,
    undefined,
    seconds,
  );
}

/** A mistake in the application. It is answered 500, and the log has this message. */
export function notLoaded(): SessionError {
  return new SessionError(
    'E_SESSION_NOT_LOADED',
    'The session of this request was not loaded. Add @WithSession() or @SignedInOnly() to the route.',
  );
}

/** As {@link notLoaded}: a guard of this module outside of HTTP. @param type for example `ws`. */
export function notHttp(type: string): SessionError {
  return new SessionError(
    'E_SESSION_NOT_LOADED',
    `@WithSession() and @SignedInOnly() work on HTTP routes, and this is a call of the type "${type}". Read the cookie of a websocket with sessions.loadFromCookie().`,
  );
}

/** As {@link notLoaded}: an express-session of the application has put its own session on the request. */
export function otherSession(): SessionError {
  return new SessionError(
    'E_SESSION_NOT_LOADED',
    'Another express-session middleware has loaded a session for this request. Mount it on paths without @WithSession() and @SignedInOnly(), or remove it.',
  );
}

export function notReplicated(): SessionError {
  return new SessionError(
    'E_NOT_REPLICATED',
    'Ended, but no replica has confirmed that yet, so a failover might restore it. Check again in a moment, and end it again if it still exists.',
  );
}

export function contended(): SessionError {
  return new SessionError(
    'E_SESSION_CONTENDED',
    'Too many requests change this session at the same time. Nothing was saved. Try again.',
  );
}
