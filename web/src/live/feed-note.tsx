import { consoleState } from './console-socket.js';
import type { ConnectionState } from './namespace.js';

const standingStill: Record<Exclude<ConnectionState, 'live'>, string> = {
  connecting: 'Connecting to the live feed.',
  reconnecting: 'Reconnecting to the live feed.',
  refused: 'Operator key needed for the live feed.',
};

/** Why the feed below it stands still or is empty; nothing while it is live and has something to show. */
export function FeedNote({ isEmpty }: { isEmpty: boolean }) {
  const state = consoleState.value;
  if (state !== 'live') return <p class="note">{standingStill[state]}</p>;
  return isEmpty ? <p class="empty">None yet.</p> : null;
}
