import { signal } from '@preact/signals';
import type { ServerEvent } from '../../../../src/demo/servers/servers.wire.js';
import { isServerEvents } from '../../live/console-messages.js';
import { consoleSocket } from '../../live/console-socket.js';
import { wellFormed } from '../../live/well-formed.js';

const KEPT = 100;

/** What happened to the servers, oldest first. */
export const events = signal<ServerEvent[]>([]);

consoleSocket.on(
  'server-events',
  wellFormed(isServerEvents, (arrived) => {
    // After a lost connection the first message repeats what the page has.
    const newest = events.value.at(-1)?.at ?? 0;
    const fresh = arrived.filter(({ at }) => at > newest);
    if (fresh.length > 0) events.value = [...events.value, ...fresh].slice(-KEPT);
  }),
);
