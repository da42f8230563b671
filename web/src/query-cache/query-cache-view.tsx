import { AskPanel } from './ask-panel.js';
import { LookupsPanel } from './lookups/lookups-panel.js';
import { QueryCountsPanel } from './lookups/query-counts-panel.js';
import { NewFlightPanel } from './new-flight/new-flight-panel.js';
import { ThreeSidesPanel } from './three-sides/three-sides-panel.js';

export function QueryCacheView() {
  return (
    <>
      <div class="column">
        <AskPanel />
      </div>
      <div class="column">
        <ThreeSidesPanel />
        <NewFlightPanel />
        <LookupsPanel />
      </div>
      <QueryCountsPanel />
    </>
  );
}
