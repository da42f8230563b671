/** Why a session is no more. */
export type SessionEnd =
  | 'signed-out'
  /** By its owner, from another device. */
  | 'revoked'
  /** The account had more sessions than it may. */
  | 'too-many'
  | 'password-changed'
  /** It goes on under another id. */
  | 'rotated'
  /** Unused for too long, over its absolute lifetime, or no longer in the engine. */
  | 'expired';

/**
 * Why a websocket of a session was closed. `unverified`: for more than a second this node could not read whether the session is
 * still there. It may be; connect again.
 */
export type SocketEnd = SessionEnd | 'unverified';

/** What happened to a session. Ids are digests; the cookie's value never leaves the module. */
export interface SessionEvent {
  at: string;
  event: 'created' | 'rotated' | 'revoked' | 'expired' | 'refused';
  /** For `revoked` why it ended; for `refused` what was turned down. */
  reason: SessionEnd | 'sign-in' | 'corrupt' | null;
  username: string | null;
  sessionHash: string | null;
}

/** `GET /api/sessions/current`. Times are ISO 8601; `lastSeenAt` moves at most once a minute, and `idleExpiresAt` with it. */
export interface CurrentSession {
  accountId: string;
  username: string;
  device: string | null;
  createdAt: string;
  lastSeenAt: string;
  idleExpiresAt: string;
  absoluteExpiresAt: string;
  data: Record<string, unknown>;
}

/** One of `GET /api/sessions`, newest first. */
export interface DeviceSession {
  handle: string;
  device: string | null;
  address: string | null;
  createdAt: string;
  lastSeenAt: string;
  current: boolean;
}

/**
 * What the server sends in the socket.io namespace `/sessions`; after `ended` it disconnects.
 *
 * The server reads the cookie of the handshake, once. A websocket that was opened before sign-in has no session, also when the
 * cookie came later, and all namespaces of one socket.io manager share one websocket: connect again after sign-in, or open the
 * namespace with `forceNew: true`.
 */
export interface SessionSocketEvents {
  state: (session: CurrentSession) => void;
  ended: (end: { reason: SocketEnd }) => void;
}
