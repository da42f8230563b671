import { useEffect } from 'preact/hooks';
import { watchServers } from '../servers/servers.js';
import { abandonLoad } from './load/steady-load.js';
import { LoadPanel } from './load-panel.js';
import { ServersPanel } from './servers-panel.js';
import { StoryPanel } from './story-panel.js';

const LIST_EVERY_MS = 500;

/** Break a server, and see what each side answers meanwhile. */
export function BreakItView() {
  useEffect(() => watchServers(LIST_EVERY_MS), []);
  useEffect(() => abandonLoad, []);
  return (
    <>
      <ServersPanel />
      <LoadPanel />
      <StoryPanel />
    </>
  );
}
