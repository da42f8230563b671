import { consoleState } from './console-socket.js';
import type { ConnectionState } from './namespace.js';

const notLive: Record<Exclude<ConnectionState, 'live'>, string> = {
  connecting: 'Connecting to the live feed.',
  reconnecting: 'Reconnecting to the live feed.',
  refused: 'The live feed requires the operator key.',
};

/** Explains why the feed below it is not live or empty. Renders nothing otherwise. */
export function FeedNote({ isEmpty }: { isEmpty: boolean }) {
  const state = consoleState.value;
  if (state !== 'live') return <p class="note">{notLive[state]}</p>;
  return isEmpty ? <p class="empty">None yet.</p> : null;
}
