import { computed } from '@preact/signals';
import { events } from '../../break-it/events/server-events.js';
import { describeChange } from '../../break-it/words.js';
import { history, HISTORY_SECONDS } from '../activity.js';

/** Something that happened, to be marked in the plots. */
export interface Mark {
  /** Milliseconds since the epoch. */
  at: number;
  words: string;
}

/** Changes of servers and invalidations of the last minutes, oldest first. */
export const marks = computed<Mark[]>(() => {
  const since = Date.now() - HISTORY_SECONDS * 1_000;
  const servers = events.value.map((event) => ({ at: event.at, words: describeChange(event) }));
  const invalidations = history.value
    .filter((second) => second.invalidations > 0)
    .map((second) => ({ at: Date.parse(second.at), words: describeInvalidations(second.invalidations) }));
  return [...servers, ...invalidations].filter(({ at }) => at >= since).toSorted((a, b) => a.at - b.at);
});

function describeInvalidations(count: number): string {
  return count === 1 ? 'invalidated' : `${count} invalidations`;
}
