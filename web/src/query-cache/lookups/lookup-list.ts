import { computed, signal } from '@preact/signals';
import type { LookupOutcome, LookupTrace } from '../../../../src/query-cache/query-cache.wire.js';
import { isLookups } from '../../live/console-messages.js';
import { consoleSocket } from '../../live/console-socket.js';
import { newestFirst, type Numbered } from '../../live/newest.js';
import { wellFormed } from '../../live/well-formed.js';

const KEPT = 200;
const SHOWN = 12;

const received = signal<Numbered<LookupTrace>[]>([]);
/** The lookups at the moment of the pause; null while the feed runs. */
const frozen = signal<Numbered<LookupTrace>[] | null>(null);

/** The outcomes to show; empty for all. */
export const chosenOutcomes = signal<ReadonlySet<LookupOutcome>>(new Set());
export const isPaused = computed(() => frozen.value !== null);

/** The newest lookups that match the filter. */
export const shownLookups = computed(() => {
  const chosen = chosenOutcomes.value;
  const all = frozen.value ?? received.value;
  return all.filter(({ item }) => chosen.size === 0 || chosen.has(item.outcome)).slice(0, SHOWN);
});

/** How many lookups arrived during the pause. */
export const arrivedSincePause = computed(() => {
  if (frozen.value === null) return 0;
  return (received.value[0]?.number ?? 0) - (frozen.value[0]?.number ?? 0);
});

consoleSocket.on(
  'lookups',
  wellFormed(isLookups, (batch) => (received.value = newestFirst(received.value, batch, KEPT))),
);

export function togglePause(): void {
  frozen.value = frozen.value === null ? received.value : null;
}

export function toggleOutcome(outcome: LookupOutcome): void {
  const next = new Set(chosenOutcomes.value);
  if (!next.delete(outcome)) next.add(outcome);
  chosenOutcomes.value = next;
}
