import { isDemo } from './arena/arena.js';
import { ArenaPanel } from './arena/arena-panel.js';
import { BOARD, watchedBoard } from './board/board-feed.js';
import { BoardPanel } from './board/board-panel.js';
import { CrowdPanel } from './crowd/crowd-panel.js';
import { LeadAction } from './place/lead-action.js';
import { PlacePanel } from './place/place-panel.js';
import { RepaintingPanel } from './repainting/repainting-panel.js';

/** The score that puts a player first, and the textbook side, are of the board `arena`. */
export function LeaderboardView() {
  const isArena = isDemo.value && watchedBoard.value === BOARD;
  return (
    <>
      <BoardPanel />
      <div class="column">
        <PlacePanel>{isArena && <LeadAction />}</PlacePanel>
        {isDemo.value ? <ArenaPanel /> : <NoDemo />}
      </div>
      {isArena && <RepaintingPanel />}
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
