import { FeedNote } from '../live/feed-note.js';
import { formatClock } from '../time/format-time.js';
import { sessionEvents } from './session-feed.js';

/** The session events of all visitors. Ids arrive as digests. */
export function SessionEvents() {
  return (
    <>
      <h2 id="session-events-title">Session events</h2>
      <FeedNote isEmpty={sessionEvents.value.length === 0} />
      <ul class="feed" data-testid="session-events">
        {sessionEvents.value.map(({ number, item }) => (
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
