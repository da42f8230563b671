import { signal } from '@preact/signals';
import type { EngineConnection, NodeActivity } from '../../../src/demo/console/console.wire.js';
import { isActivity, isConnections } from '../live/console-messages.js';
import { consoleSocket } from '../live/console-socket.js';
import { wellFormed } from '../live/well-formed.js';

/** What the node did in the last second; null before the first message. */
export const activity = signal<NodeActivity | null>(null);
/** Of the last minutes, oldest first. */
export const history = signal<NodeActivity[]>([]);
export const HISTORY_SECONDS = 180;
export const connections = signal<EngineConnection[]>([]);

consoleSocket.on(
  'activity',
  wellFormed(isActivity, (seconds) => {
    activity.value = seconds.at(-1) ?? null;
    // After a lost connection the first message repeats what the page has.
    const newest = history.value.at(-1)?.at ?? '';
    history.value = [...history.value, ...seconds.filter(({ at }) => at > newest)].slice(-HISTORY_SECONDS);
  }),
);
consoleSocket.on(
  'connections',
  wellFormed(isConnections, (now) => (connections.value = now)),
);
consoleSocket.on('disconnect', () => {
  activity.value = null;
});
