import { AskPanel } from './ask-panel.js';
import { LookupsPanel } from './lookups/lookups-panel.js';
import { QueryCountsPanel } from './lookups/query-counts-panel.js';
import { ThreeSidesPanel } from './three-sides/three-sides-panel.js';

export function QueryCacheView() {
  return (
    <>
      <div class="column">
        <AskPanel />
      </div>
      <div class="column">
        <ThreeSidesPanel />
        <LookupsPanel />
      </div>
      <QueryCountsPanel />
    </>
  );
}
