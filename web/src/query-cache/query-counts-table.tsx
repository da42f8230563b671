import type { QueryCounts } from '../../../src/query-cache/query-cache.wire.js';
import { ProblemNote } from '../http/problem-note.js';
import { formatMilliseconds } from '../time/format-time.js';
import { counts, countsProblem } from './query-counts.js';

export function QueryCountsTable() {
  return (
    <>
      <h3>Counts since the node started</h3>
      <CountsProblem />
      <Table queries={Object.entries(counts.value)} />
    </>
  );
}

function CountsProblem() {
  if (countsProblem.value?.status === 401) return <p class="note">Operator key needed for the counts.</p>;
  return <ProblemNote problem={countsProblem.value} />;
}

function Table({ queries }: { queries: [string, QueryCounts][] }) {
  if (queries.length === 0) return null;
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Counts of each query">
      <table>
        <thead>
          <tr>
            <th scope="col">query</th>
            {columns.map(([label]) => (
              <th key={label} scope="col" class="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {queries.map(([query, of]) => (
            <tr key={query}>
              <th scope="row">{query}</th>
              {columns.map(([label, value]) => (
                <td key={label} class="number">
                  {value(of)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const columns: [string, (of: QueryCounts) => string | number][] = [
  ['hits', ({ hits }) => hits.local + hits.engine],
  ['misses', ({ misses }) => misses],
  ['coalesced', ({ coalesced }) => coalesced],
  ['bypassed', ({ bypassed }) => bypassed],
  ['errors', ({ errors }) => errors],
  ['loads', ({ loads }) => loads],
  ['time saved', ({ databaseMsSaved }) => formatMilliseconds(databaseMsSaved)],
];
