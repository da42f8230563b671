import { signal } from '@preact/signals';
import type { EngineConnection, NodeActivity } from '../../../src/demo/console/console.wire.js';
import { consoleSocket } from '../live/console-socket.js';

/** What the node did in the last second; null before the first message. */
export const activity = signal<NodeActivity | null>(null);
export const connections = signal<EngineConnection[]>([]);

consoleSocket.on('activity', (now) => {
  activity.value = now;
});
consoleSocket.on('connections', (now) => {
  connections.value = now;
});
consoleSocket.on('disconnect', () => {
  activity.value = null;
});
