import { ProblemNote } from '../http/problem-note.js';
import { servers } from '../servers/servers.js';
import { events } from './events/server-events.js';
import { type LoadSide, loadSides, type UseCase, useCases } from './load/attempts.js';
import { LIMIT_MS } from './load/requests.js';
import {
  attempts,
  elapsed,
  loadProblem,
  loadState,
  LONGEST_SECONDS,
  span,
  startedAt,
  startLoad,
  stopLoad,
} from './load/steady-load.js';
import { Strip } from './strip.js';

/** Second by second, what each side answered. */
export function LoadPanel() {
  const isRunning = loadState.value === 'running';
  const isBlocked = servers.value.kind !== 'listed' || ['starting', 'checking'].includes(loadState.value);
  return (
    <section class="panel wide" aria-labelledby="load-title">
      <h2 id="load-title">What each side answers</h2>
      <p class="lead">
        This page sends six requests a second: a query, a session read and a score to each side. It stops
        after {LONGEST_SECONDS} s, or when you leave. Starting signs this browser in as ada, unless you are
        signed in.
      </p>
      <div class="actions">
        <button
          type="button"
          class="primary"
          aria-disabled={isBlocked}
          data-testid="load"
          onClick={() => !isBlocked && void (isRunning ? stopLoad() : startLoad())}
        >
          {LABELS[loadState.value]}
        </button>
        <p class="legend">
          <Key outcome="ok" name="answered" />
          <Key outcome="failed" name="failed" />
          <Key outcome="hung" name={`no answer within ${LIMIT_MS / 1000} s`} />
          <span>a line is an event</span>
        </p>
      </div>
      <ProblemNote problem={loadProblem.value} />
      {startedAt.value === null ? (
        <p class="empty">Press Start, then kill the primary.</p>
      ) : (
        <div class="strips">
          {(Object.keys(loadSides) as LoadSide[]).map((side) => (
            <Side key={side} side={side} />
          ))}
          <p class="axis" aria-hidden="true">
            <span>0 s</span>
            <span>{span.value / 2} s</span>
            <span>{span.value} s</span>
          </p>
        </div>
      )}
    </section>
  );
}

const LABELS = {
  idle: 'Start',
  starting: 'Signing in',
  running: 'Stop',
  checking: 'Comparing scores with the boards',
  done: 'Start again',
} as const;

function Key({ outcome, name }: { outcome: string; name: string }) {
  return (
    <span>
      <span class="swatch" data-outcome={outcome} aria-hidden="true" /> {name}
    </span>
  );
}

function Side({ side }: { side: LoadSide }) {
  const marks = marksOf(startedAt.value ?? 0, elapsed.value);
  return (
    <div class="strip-side" data-side={side}>
      <h3>{loadSides[side]}</h3>
      {(Object.keys(useCases) as UseCase[]).map((useCase) => (
        <Strip
          key={useCase}
          side={side}
          useCase={useCase}
          attempts={attempts.value.filter((one) => one.side === side && one.useCase === useCase)}
          marks={marks}
        />
      ))}
    </div>
  );
}

/** The seconds of the events during the run. */
function marksOf(since: number, seconds: number): number[] {
  return events.value
    .map(({ at }) => (at - since) / 1000)
    .filter((second) => second >= 0 && second <= seconds);
}
