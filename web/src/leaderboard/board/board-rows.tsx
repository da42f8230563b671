import { useRef } from 'preact/hooks';
import type { LeaderboardEntry } from '../../../../src/leaderboard/live/leaderboard.wire.js';
import { boardState, follow, followed, SHOWN, top } from './board-feed.js';
import { useGlide } from './glide.js';
import { tieOf } from './ties.js';

/** The rows glide to their new places. */
export function BoardRows() {
  const list = useRef<HTMLOListElement>(null);
  useGlide(list);
  if (top.value === null) return <WaitingRows />;
  const { entries } = top.value;
  if (entries.length === 0) return <p class="empty">No player has a score in this window yet.</p>;
  return (
    <ol class="board" ref={list} data-live={boardState.value === 'live'}>
      {entries.slice(0, SHOWN).map((entry, i) => (
        <Row key={entry.playerId} {...entry} tie={top.value && tieOf(top.value, i)} />
      ))}
    </ol>
  );
}

function Row({ rank, playerId, name, score, tie }: LeaderboardEntry & { tie: string | null }) {
  const label = name ?? playerId;
  const isFollowed = followed.value?.playerId === playerId;
  return (
    <li data-testid="leaderboard-row" data-player={playerId} data-value={score}>
      <button
        type="button"
        aria-pressed={isFollowed}
        onClick={() => follow(isFollowed ? null : { playerId, name: label })}
      >
        <span class="board-rank">{rank}</span>
        <span class="board-who">
          <bdi class="board-name">{label}</bdi>
          {tie !== null && <span class="board-tie">{tie}</span>}
        </span>
        <span class="board-score">{score.toLocaleString('en-US')}</span>
      </button>
    </li>
  );
}

/** As high as the rows, so that nothing moves when they come. */
function WaitingRows() {
  return (
    <div class="board-waiting" role="status">
      <span class="visually-hidden">Waiting for the first snapshot</span>
      {Array.from({ length: SHOWN }, (_, i) => (
        <span key={i} class="skeleton" />
      ))}
    </div>
  );
}
