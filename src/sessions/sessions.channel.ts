import { type Channel, channel } from 'node:diagnostics_channel';
import type { SessionEvent } from './sessions.wire.js';

/** Carries a `SessionEvent` when a session starts, changes its id or ends, and when a sign-in or a record is refused. */
export const sessionChannel = channel('caching.sessions.event') as Channel<unknown, SessionEvent>;

interface EventDetails {
  event: SessionEvent['event'];
  reason?: SessionEvent['reason'];
  username?: string | null;
  handle?: string;
}

/** Enough of the handle to tell sessions apart. */
const HASH_LENGTH = 12;

export function publishSessionEvent({ event, reason = null, username = null, handle }: EventDetails): void {
  if (!sessionChannel.hasSubscribers) return;
  const sessionHash = handle?.slice(0, HASH_LENGTH) ?? null;
  sessionChannel.publish({ at: new Date().toISOString(), event, reason, username, sessionHash });
}
