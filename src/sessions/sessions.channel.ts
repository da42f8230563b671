import { type Channel, channel } from 'node:diagnostics_channel';
import type { SessionEvent } from './sessions.wire.js';

/** Carries a `SessionEvent` when a session begins, changes its id, ends or is refused. */
export const sessionChannel = channel('caching.sessions.event') as Channel<unknown, SessionEvent>;

interface Happened {
  event: SessionEvent['event'];
  reason?: SessionEvent['reason'];
  username?: string | null;
  handle?: string;
}

/** Enough of the handle to tell sessions apart. */
const SHOWN = 12;

export function tell({ event, reason = null, username = null, handle }: Happened): void {
  if (!sessionChannel.hasSubscribers) return;
  const sessionHash = handle?.slice(0, SHOWN) ?? null;
  sessionChannel.publish({ at: new Date().toISOString(), event, reason, username, sessionHash });
}
