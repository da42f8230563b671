import { LookupFeed } from './lookup-feed.js';
import { QueryCountsTable } from './query-counts-table.js';

/** The operator's view of the query cache: all lookups of this node. */
export function LookupsPanel() {
  return (
    <section class="panel panel-lookups" aria-labelledby="lookups-title">
      <h2 id="lookups-title">Lookups</h2>
      <p class="lead">All lookups in the query cache of this node.</p>
      <QueryCountsTable />
      <LookupFeed />
    </section>
  );
}
