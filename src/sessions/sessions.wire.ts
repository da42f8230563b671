/** Why a session ended. */
export type SessionEnd =
  | 'signed-out'
  /** Its owner ended it from another device. */
  | 'revoked'
  /** The account had more sessions than `SESSIONS_PER_ACCOUNT`. */
  | 'too-many'
  | 'password-changed'
  /** `endAllOf` was called for its account. */
  | 'ended-by-operator'
  /** It continues under a new id. */
  | 'rotated'
  /** Its idle or absolute lifetime is over, or the engine no longer has it. */
  | 'expired';

/**
 * Why a websocket of a session was closed. `unverified`: for more than a second this node could not read the session, which may
 * still exist. Connect again.
 */
export type SocketEnd = SessionEnd | 'unverified';

/** What happened to a session. `sessionHash` is part of a digest of its id: the cookie's value never leaves the module. */
export interface SessionEvent {
  at: string;
  event: 'created' | 'rotated' | 'revoked' | 'expired' | 'refused';
  /** For `revoked`, why the session ended. For `refused`, what was refused. */
  reason: SessionEnd | 'sign-in' | 'corrupt' | null;
  username: string | null;
  sessionHash: string | null;
}

/** Response of `GET /api/sessions/current`. Times are ISO 8601. `lastSeenAt` and `idleExpiresAt` move at most once a minute. */
export interface CurrentSession {
  accountId: string;
  username: string;
  device: string | null;
  createdAt: string;
  /** When the password was last verified. */
  authenticatedAt: string;
  lastSeenAt: string;
  idleExpiresAt: string;
  absoluteExpiresAt: string;
  data: Record<string, unknown>;
}

/** Response of `GET` and `PATCH /api/sessions/current/data`. */
export interface SessionDataAnswer {
  data: Record<string, unknown>;
}

/** What the engine stores of a session, as it is there. */
export interface StoredSession {
  key: string;
  /** The content, sealed. */
  payload: string;
  version: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
  lastSeenAt: number;
}

/** One item of `GET /api/sessions`, newest first. */
export interface DeviceSession {
  handle: string;
  device: string | null;
  address: string | null;
  createdAt: string;
  lastSeenAt: string;
  current: boolean;
}

/**
 * Messages of the server in the socket.io namespace `/sessions`. After `ended` it disconnects.
 *
 * The server reads the cookie once, at the handshake. So a websocket that was opened before sign-in has no session. Connect again
 * after sign-in, or open the namespace with `forceNew: true`, since all namespaces of one socket.io manager share one websocket.
 */
export interface SessionSocketEvents {
  /** At the start and after each change of the session. */
  state: (session: CurrentSession) => void;
  /** Before the server disconnects the websocket. */
  ended: (end: { reason: SocketEnd }) => void;
}
