import { useEffect } from 'preact/hooks';
import type { WatchedWindow } from '../../../../src/leaderboard/live/leaderboard.wire.js';
import { Term } from '../../page/term.js';
import { formatCountdown } from '../../time/format-time.js';
import { now } from '../../time/now.js';
import {
  BOARD,
  boardState,
  chooseWindow,
  isDegraded,
  refusal,
  snapshots,
  top,
  watchedWindow,
} from './board-feed.js';
import { BoardRows } from './board-rows.js';
import { changesPerSecond } from './change-rate.js';
import { tieRules } from './ties.js';
import { endOf } from './period-end.js';
import { boardWindows, readWindows, windows } from './windows.js';

export function BoardPanel() {
  useEffect(() => void readWindows(), []);
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
      <WindowTabs />
      <Notes />
      <BoardRows />
      <p class="hint">{tieRules[top.value?.ties ?? 'first']}</p>
      <Figures />
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
            onChange={(event) => chooseWindow(event.currentTarget.value as WatchedWindow)}
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
