import { AskPanel } from './ask-panel.js';
import { LookupsPanel } from './lookups/lookups-panel.js';

export function QueryCacheView() {
  return (
    <>
      <AskPanel />
      <LookupsPanel />
    </>
  );
}
