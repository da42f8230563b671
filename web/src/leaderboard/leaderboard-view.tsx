import { isDemo } from './arena/arena.js';
import { ArenaPanel } from './arena/arena-panel.js';
import { BoardPanel } from './board/board-panel.js';
import { CrowdPanel } from './crowd/crowd-panel.js';
import { LeadAction } from './place/lead-action.js';
import { PlacePanel } from './place/place-panel.js';
import { RepaintingPanel } from './repainting/repainting-panel.js';

export function LeaderboardView() {
  return (
    <>
      <BoardPanel />
      <div class="column">
        <PlacePanel>{isDemo.value && <LeadAction />}</PlacePanel>
        {isDemo.value ? <ArenaPanel /> : <NoDemo />}
      </div>
      {isDemo.value && <RepaintingPanel />}
      {isDemo.value && <CrowdPanel />}
    </>
  );
}

function NoDemo() {
  return (
    <p class="note">
      Simulated players, the textbook side and the board with many players are part of the demo. Start the
      application with DEMO=true to see them.
    </p>
  );
}
