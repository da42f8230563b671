import { useEffect } from 'preact/hooks';
import type { WatchedWindow } from '../../../../src/leaderboard/live/leaderboard.wire.js';
import { Term } from '../../page/term.js';
import { formatCountdown } from '../../time/format-time.js';
import { now } from '../../time/now.js';
import { isDemo } from '../arena/arena.js';
import { PastChoice } from '../past/past-choice.js';
import { PastRows } from '../past/past-rows.js';
import { showPresent, shownPast } from '../past/past-windows.js';
import {
  type BoardName,
  BOARDS,
  boardState,
  chooseBoard,
  chooseWindow,
  isDegraded,
  refusal,
  snapshots,
  top,
  watchedBoard,
  watchedWindow,
} from './board-feed.js';
import { BoardRows } from './board-rows.js';
import { changesPerSecond } from './change-rate.js';
import { tieRules } from './ties.js';
import { endOf } from './period-end.js';
import { boardWindows, readWindows, windows } from './windows.js';

export function BoardPanel() {
  useEffect(() => void readWindows(), []);
  const isPast = shownPast.value !== null;
  return (
    <section class="panel panel-leaderboard" aria-labelledby="leaderboard-title">
      <header class="panel-header">
        <h2 id="leaderboard-title">Leaderboard</h2>
        <Connection />
      </header>
      <p class="lead">
        Simulated players score in <em>{watchedBoard.value}</em>. A sorted set ranks them, and every change is
        pushed to this page.
      </p>
      {isDemo.value && <BoardTabs />}
      <WindowTabs />
      <PastChoice />
      {!isPast && <Notes />}
      {isPast ? <PastRows /> : <BoardRows />}
      <p class="hint">{tieRules[top.value?.ties ?? 'first']}</p>
      {!isPast && <Figures />}
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

/** A player's level is the number of thousands in the score, so many levels are equal. */
function BoardTabs() {
  return (
    <fieldset class="tabs" data-testid="boards">
      <legend class="visually-hidden">Which board</legend>
      {Object.entries(BOARDS).map(([board, label]) => (
        <label key={board}>
          <input
            type="radio"
            name="board"
            value={board}
            checked={watchedBoard.value === board}
            onChange={(event) => chooseBoard(event.currentTarget.value as BoardName)}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

function WindowTabs() {
  return (
    <fieldset class="tabs" data-testid="windows">
      <legend class="visually-hidden">Which scores count</legend>
      {boardWindows.value.map((window) => (
        <label key={window}>
          <input
            type="radio"
            name="window"
            value={window}
            checked={watchedWindow.value === window}
            onChange={(event) => {
              showPresent();
              chooseWindow(event.currentTarget.value as WatchedWindow);
            }}
          />
          <span>{windows[window]}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Notes() {
  if (boardState.value === 'reconnecting' && top.value !== null)
    return (
      <p class="note note-problem" role="alert" data-testid="board-lost">
        The connection is lost. These rows are of version {top.value.version}. The page connects again by
        itself and then requests the whole top.
      </p>
    );
  if (refusal.value !== null)
    return (
      <p class="note note-problem" role="alert">
        {refusal.value} Trying again.
      </p>
    );
  if (!isDegraded.value) return null;
  return (
    <p class="note" role="status">
      The engine is down. PostgreSQL accepts the scores and answers instead, once a second.
    </p>
  );
}

function Figures() {
  return (
    <dl class="figures">
      <Term name="version" testId="leaderboard-version">
        {top.value?.version ?? 'waiting'}
      </Term>
      <Term name="pushes/s">{changesPerSecond.value.toFixed(1)}</Term>
      <Term name="whole tops received" testId="snapshots">
        {snapshots.value}
      </Term>
      <PeriodEnd />
    </dl>
  );
}

function PeriodEnd() {
  const end = endOf(watchedWindow.value, now.value);
  if (end === null) return null;
  const days = Math.floor((end - now.value) / 86_400_000);
  return (
    <Term name="ends in (UTC)">
      {days > 0 && `${days} d `}
      {formatCountdown((end - now.value) % 86_400_000)}
    </Term>
  );
}
