import { useRef } from 'preact/hooks';
import type { LeaderboardEntry } from '../../../src/leaderboard/live/leaderboard.wire.js';
import { Term } from '../page/term.js';
import { BOARD, boardState, follow, followed, isDegraded, me, refusal, top } from './board-feed.js';
import { changesPerSecond } from './change-rate.js';
import { useGlide } from './glide.js';

export function LeaderboardView() {
  return (
    <section class="panel panel-leaderboard" aria-labelledby="leaderboard-title">
      <header class="panel-header">
        <h2 id="leaderboard-title">Leaderboard</h2>
        <Connection />
      </header>
      <p class="lead">
        Simulated players score in <em>{BOARD}</em>. A sorted set ranks them, and every change is pushed to
        this page.
      </p>
      {refusal.value !== null && (
        <p class="note note-problem" role="alert">
          {refusal.value} Trying again.
        </p>
      )}
      <EngineDown />
      <Rows />
      <Followed />
      <Neighbours />
      <dl class="figures">
        <Term name="version" testId="leaderboard-version">
          {top.value?.version ?? 'waiting'}
        </Term>
        <Term name="changes/s">{changesPerSecond.value.toFixed(1)}</Term>
      </dl>
    </section>
  );
}

function Connection() {
  const state = boardState.value;
  return (
    <span class="badge" role="status" data-state={state} data-testid="leaderboard-connection">
      {state}
    </span>
  );
}

function EngineDown() {
  if (!isDegraded.value) return null;
  return (
    <p class="note" role="status">
      The engine is down. PostgreSQL accepts the scores and answers instead, once a second.
    </p>
  );
}

function Rows() {
  const list = useRef<HTMLOListElement>(null);
  useGlide(list);
  if (top.value === null) return <p class="empty">Waiting for the first snapshot.</p>;
  return (
    <ol class="board" ref={list}>
      {top.value.entries.map((entry) => (
        <Row key={entry.playerId} {...entry} />
      ))}
    </ol>
  );
}

function Row({ rank, playerId, name, score }: LeaderboardEntry) {
  const label = name ?? playerId;
  const isFollowed = followed.value?.playerId === playerId;
  return (
    <li data-testid="leaderboard-row" data-player={playerId} data-value={score}>
      <button type="button" aria-pressed={isFollowed} onClick={() => follow(playerId, label)}>
        <span class="board-rank">{rank}</span>
        <bdi class="board-name">{label}</bdi>
        <span class="board-score">{score.toLocaleString('en-US')}</span>
      </button>
    </li>
  );
}

function Followed() {
  if (followed.value === null)
    return <p class="hint">Click a player to follow them, in the top or below it.</p>;
  const { playerId, name } = followed.value;
  return (
    <p class="followed" data-testid="followed">
      <span>
        Following{' '}
        <strong>
          <bdi>{name}</bdi>
        </strong>
        , {placeOf(playerId)}
      </span>
      <button type="button" class="quiet" onClick={() => follow(playerId, name)}>
        stop
      </button>
    </p>
  );
}

/** The players just above and below the followed player, which may be far below the top. */
function Neighbours() {
  if (me.value === null) return null;
  return (
    <ol class="neighbours" aria-label="Players around the one you follow">
      {me.value.neighbours.map(({ rank, playerId, name, score }) => (
        <li
          key={playerId}
          data-testid="neighbour"
          aria-current={playerId === followed.value?.playerId || undefined}
        >
          <span class="board-rank">{rank}</span>
          <bdi class="board-name">{name ?? playerId}</bdi>
          <span class="board-score">{score.toLocaleString('en-US')}</span>
        </li>
      ))}
    </ol>
  );
}

function placeOf(playerId: string): string {
  // The top is up to a second ahead of `me`, and both are in view.
  const place = top.value?.entries.find((entry) => entry.playerId === playerId) ?? me.value;
  if (place === null) return 'not ranked yet';
  return `rank ${place.rank.toLocaleString('en-US')} with ${place.score.toLocaleString('en-US')}`;
}
