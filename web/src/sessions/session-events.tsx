import { signal } from '@preact/signals';
import type { SessionEventMessage } from '../../../src/demo/console/console.wire.js';
import { consoleSocket } from '../live/console-socket.js';
import { FeedNote } from '../live/feed-note.js';
import { newestFirst, type Numbered } from '../live/newest.js';
import { formatClock } from '../time/format-time.js';

const SHOWN = 8;
const events = signal<Numbered<SessionEventMessage>[]>([]);

consoleSocket.on('sessions', (batch) => {
  events.value = newestFirst(events.value, batch, SHOWN);
});

/** The session events of all visitors. Ids arrive as digests. */
export function SessionEvents() {
  return (
    <>
      <h2 id="session-events-title">Session events</h2>
      <FeedNote isEmpty={events.value.length === 0} />
      <ul class="feed" data-testid="session-events">
        {events.value.map(({ number, item }) => (
          <li key={number}>
            <time dateTime={item.at}>{formatClock(item.at)}</time>
            <span class="tag" data-kind={item.event}>
              {item.event}
            </span>
            <bdi class="feed-main">{item.username ?? 'unknown'}</bdi>
            <code>{item.sessionHash?.slice(0, 8)}</code>
          </li>
        ))}
      </ul>
    </>
  );
}
