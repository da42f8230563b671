import { signal } from '@preact/signals';
import type { LookupTrace } from '../../../../src/query-cache/query-cache.wire.js';
import { consoleSocket } from '../../live/console-socket.js';
import { FeedNote } from '../../live/feed-note.js';
import { newestFirst, type Numbered } from '../../live/newest.js';
import { formatClock, formatMilliseconds } from '../../time/format-time.js';

const SHOWN = 6;
const lookups = signal<Numbered<LookupTrace>[]>([]);

consoleSocket.on('lookups', (batch) => {
  lookups.value = newestFirst(lookups.value, batch, SHOWN);
});

/** All lookups of this node. */
export function LookupFeed() {
  return (
    <>
      <h3>Live</h3>
      <FeedNote isEmpty={lookups.value.length === 0} />
      <ul class="feed" data-testid="lookups">
        {lookups.value.map(({ number, item }) => (
          <li key={number}>
            <time dateTime={item.at}>{formatClock(item.at)}</time>
            <span class="tag" data-kind={item.outcome}>
              {item.outcome}
            </span>
            <span class="feed-main">{item.query}</span>
            <code>{item.keyHash?.slice(0, 8) ?? 'rejected'}</code>
            <span class="number">{formatMilliseconds(item.totalMs)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
