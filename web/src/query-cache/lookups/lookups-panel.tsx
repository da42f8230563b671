import { LookupFeed } from './lookup-feed.js';

/** The operator's view of the query cache. */
export function LookupsPanel() {
  return (
    <section class="panel" aria-labelledby="lookups-title">
      <h2 id="lookups-title">Lookups</h2>
      <p class="lead">All lookups in the query cache of this node. Open one to see how it was answered.</p>
      <LookupFeed />
    </section>
  );
}
