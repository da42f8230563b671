import { signal } from '@preact/signals';
import type { SessionEventMessage } from '../../../src/demo/console/console.wire.js';
import { isSessionEvents } from '../live/console-messages.js';
import { consoleSocket } from '../live/console-socket.js';
import { newestFirst, type Numbered } from '../live/newest.js';
import { wellFormed } from '../live/well-formed.js';

const KEPT = 8;

/** The newest session events of all visitors. */
export const sessionEvents = signal<Numbered<SessionEventMessage>[]>([]);

consoleSocket.on(
  'sessions',
  wellFormed(isSessionEvents, (batch) => {
    sessionEvents.value = newestFirst(sessionEvents.value, batch, KEPT);
  }),
);
