import { ArenaPanel } from './arena/arena-panel.js';
import { BoardPanel } from './board/board-panel.js';
import { CrowdPanel } from './crowd/crowd-panel.js';
import { PlacePanel } from './place/place-panel.js';
import { RepaintingPanel } from './repainting/repainting-panel.js';

export function LeaderboardView() {
  return (
    <>
      <BoardPanel />
      <div class="column">
        <PlacePanel />
        <ArenaPanel />
      </div>
      <RepaintingPanel />
      <CrowdPanel />
    </>
  );
}
