import { LookupFeed } from './lookup-feed.js';
import { QueryCountsTable } from './query-counts-table.js';

/** The operator's side of the query cache: what it did, whoever asked. */
export function LookupsPanel() {
  return (
    <section class="panel panel-lookups" aria-labelledby="lookups-title">
      <h2 id="lookups-title">Lookups</h2>
      <p class="lead">What the query cache of this node did, whoever asked.</p>
      <QueryCountsTable />
      <LookupFeed />
    </section>
  );
}
