import type { QueryCounts } from '../../../../src/query-cache/query-cache.wire.js';
import { ProblemNote } from '../../http/problem-note.js';
import { formatMilliseconds } from '../../time/format-time.js';
import { counts, countsProblem } from './query-counts.js';

export function QueryCountsPanel() {
  return (
    <section class="panel wide" aria-labelledby="counts-title">
      <h2 id="counts-title">Counts since the node started</h2>
      <CountsProblem />
      <Table queries={Object.entries(counts.value)} />
    </section>
  );
}

function CountsProblem() {
  if (countsProblem.value?.status === 401) return <p class="note">Operator key needed for the counts.</p>;
  return <ProblemNote problem={countsProblem.value} />;
}

function Table({ queries }: { queries: [string, QueryCounts][] }) {
  const used = queries.filter(([, of]) => columns.some(({ count }) => count(of) > 0));
  if (used.length === 0) return <p class="empty">None yet.</p>;
  const shown = columns.filter(({ always, count }) => always || used.some(([, of]) => count(of) > 0));
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Counts of each query">
      <table>
        <thead>
          <tr>
            <th scope="col">query</th>
            {shown.map(({ label }) => (
              <th key={label} scope="col" class="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {used.map(([query, of]) => (
            <tr key={query}>
              <th scope="row">{query}</th>
              {shown.map(({ label, count, format = String }) => (
                <td key={label} class="number">
                  {format(count(of))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface Column {
  label: string;
  count: (of: QueryCounts) => number;
  format?: (count: number) => string;
  /** Other columns are shown when they have a count: nine columns of zeros would hide the rest. */
  always?: boolean;
}

const columns: Column[] = [
  { label: 'hits', count: ({ hits }) => hits.local + hits.engine, always: true },
  { label: 'stale', count: ({ stale }) => stale },
  { label: 'negative', count: ({ negative }) => negative },
  { label: 'misses', count: ({ misses }) => misses, always: true },
  { label: 'coalesced', count: ({ coalesced }) => coalesced },
  { label: 'bypassed', count: ({ bypassed }) => bypassed },
  { label: 'errors', count: ({ errors }) => errors },
  { label: 'loads', count: ({ loads }) => loads, always: true },
  {
    label: 'time saved',
    count: ({ databaseMsSaved }) => databaseMsSaved,
    format: formatMilliseconds,
    always: true,
  },
];
