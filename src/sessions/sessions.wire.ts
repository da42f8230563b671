/** What happened to a session. Ids are digests; the cookie's value never leaves the module. */
export interface SessionEvent {
  at: string;
  event: 'created' | 'ended' | 'refused';
  username: string | null;
  sessionHash: string | null;
}

/** `GET /api/sessions/current`. Times are ISO 8601; `lastSeenAt` moves at most once a minute. */
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
