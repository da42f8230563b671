import type { CurrentSession, SocketEnd } from '../../../src/sessions/sessions.wire.js';
import { isRecord, isString, isTime, nullable, oneOf, recordOf } from '../live/guards.js';

/** The messages of the namespace `/sessions`, as sessions.wire.ts describes them. */
export const isState = recordOf<CurrentSession>({
  accountId: isString,
  username: isString,
  device: nullable(isString),
  createdAt: isTime,
  authenticatedAt: isTime,
  lastSeenAt: isTime,
  idleExpiresAt: isTime,
  absoluteExpiresAt: isTime,
  data: isRecord,
});

export const isEnded = recordOf<{ reason: SocketEnd }>({
  reason: oneOf(
    'signed-out',
    'revoked',
    'too-many',
    'password-changed',
    'ended-by-operator',
    'rotated',
    'expired',
    'unverified',
  ),
});
