import { type Channel, channel } from 'node:diagnostics_channel';
import type { SessionEvent } from './sessions.wire.js';

/** Carries a `SessionEvent` when a session begins, ends or is refused. */
export const sessionChannel = channel('caching.sessions.event') as Channel<unknown, SessionEvent>;
