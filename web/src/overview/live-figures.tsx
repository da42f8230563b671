import type { QueryCounts } from '../../../src/query-cache/query-cache.wire.js';
import { FeedNote } from '../live/feed-note.js';
import { consoleState } from '../live/console-socket.js';
import { Term } from '../page/term.js';
import { counts } from '../query-cache/lookups/query-counts.js';
import { formatMegabytes } from '../servers/describe-server.js';
import { servers } from '../servers/servers.js';
import { activity } from './activity.js';

export function LiveFigures() {
  return (
    <section class="panel" aria-labelledby="figures-title">
      <h2 id="figures-title">What the cache saves</h2>
      <p class="lead">Counts of this node since it started, and its last second.</p>
      {consoleState.value !== 'live' && <FeedNote isEmpty={false} />}
      <dl class="tiles">
        <Term name="hit ratio" testId="hit-ratio">
          <Figure value={hitRatio()} />
        </Term>
        <Term name="database queries avoided" testId="avoided">
          <Figure value={avoidedQueries()} />
        </Term>
        <Term name="database queries a second, now" testId="queries-now">
          <Figure value={activity.value?.flightQueries.toLocaleString('en-US')} />
        </Term>
        <Term name="lookups a second, now">
          <Figure value={activity.value?.lookups.toLocaleString('en-US')} />
        </Term>
        <Term name="database time saved">
          <Figure value={timeSaved()} />
        </Term>
        <Usage />
        <Term name="open pages">
          <Figure value={activity.value?.viewers.toLocaleString('en-US')} />
        </Term>
      </dl>
    </section>
  );
}

/** Of the engines that `npm start` started; nothing for others. Replicas execute the same writes, so they do not count. */
function Usage() {
  const state = servers.value;
  if (state.kind !== 'listed') return null;
  const used = state.servers.flatMap(({ role, usage }) => (role === 'primary' && usage ? [usage] : []));
  const sum = (of: (usage: (typeof used)[number]) => number): number =>
    used.reduce((total, usage) => total + of(usage), 0);
  return (
    <>
      <Term name="commands a second, now">
        {sum(({ commandsPerSecond }) => commandsPerSecond).toLocaleString('en-US')}
      </Term>
      <Term name="memory of the engine">{formatMegabytes(sum(({ memoryBytes }) => memoryBytes))}</Term>
    </>
  );
}

function Figure({ value }: { value: string | undefined }) {
  return value === undefined ? <span class="skeleton skeleton-figure" /> : <>{value}</>;
}

function total(of: (counts: QueryCounts) => number): number {
  return Object.values(counts.value).reduce((sum, query) => sum + of(query), 0);
}

const fromMemory = ({ hits, stale, negative }: QueryCounts): number =>
  hits.local + hits.engine + stale + negative;

/** Of the lookups that may be answered from memory, so without `no-store`. Undefined before the first. */
function hitRatio(): string | undefined {
  const hits = total(fromMemory);
  const all = hits + total(({ misses, coalesced }) => misses + coalesced);
  return all === 0 ? undefined : `${((100 * hits) / all).toFixed(1)} %`;
}

function avoidedQueries(): string | undefined {
  if (Object.keys(counts.value).length === 0) return undefined;
  return total((query) => fromMemory(query) + query.coalesced).toLocaleString('en-US');
}

function timeSaved(): string | undefined {
  if (Object.keys(counts.value).length === 0) return undefined;
  const seconds = total(({ databaseMsSaved }) => databaseMsSaved) / 1000;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return `${Math.round(seconds / 60).toLocaleString('en-US')} min`;
}
