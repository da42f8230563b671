import { formatMilliseconds } from '../time/format-time.js';
import type { SideState, SideStates } from './comparison.js';
import { compareWithDatabase } from './ratio.js';
import { sides, type Side } from './side.js';

/** The three sides next to each other. Bars share one logarithmic scale. */
export function SideCards({ states, isRunning }: { states: SideStates; isRunning: boolean }) {
  const direct = states.direct.kind === 'answered' ? states.direct.times.serverMs : null;
  return (
    <ul class="sides">
      {(Object.keys(sides) as Side[]).map((side) => (
        <li
          key={side}
          class="side"
          data-side={side}
          data-kind={states[side].kind}
          data-testid={`side-${side}`}
        >
          <h3>{sides[side].label}</h3>
          <p class="hint">{sides[side].about}</p>
          <Times side={side} state={states[side]} directMs={direct} isRunning={isRunning} />
        </li>
      ))}
    </ul>
  );
}

interface TimesProps {
  side: Side;
  state: SideState;
  directMs: number | null;
  isRunning: boolean;
}

function Times({ side, state, directMs, isRunning }: TimesProps) {
  if (state.kind === 'failed') return <p class="note note-problem">{state.problem.detail}</p>;
  if (state.kind === 'waiting' && !isRunning) return <p class="hint">Not measured yet.</p>;
  if (state.kind !== 'answered')
    return (
      <div class="side-loading" aria-busy={state.kind === 'asking'}>
        <span class="skeleton skeleton-figure" />
        <span class="hint">{state.kind === 'asking' ? 'running now' : 'waits for its turn'}</span>
      </div>
    );
  const { serverMs, roundTripMs } = state.times;
  return (
    <>
      <p class="side-time">
        <strong data-testid={`server-${side}`}>{formatMilliseconds(serverMs ?? roundTripMs)}</strong>{' '}
        <span>{serverMs === null ? 'round trip' : serverWork[side]}</span>
      </p>
      <div class="side-bar" aria-hidden="true">
        <span style={{ width: `${widthOf(serverMs ?? roundTripMs)}%` }} />
      </div>
      <p class="hint">
        {serverMs !== null && <>{formatMilliseconds(roundTripMs)} round trip to this browser. </>}
        {side !== 'direct' && directMs !== null && serverMs !== null && (
          <span data-testid={`words-${side}`}>{capitalise(compareWithDatabase(directMs, serverMs))}.</span>
        )}
      </p>
    </>
  );
}

/** Round trips are the only span that all sides have, and while the page loads they are mostly its own work. */
const serverWork: Record<Side, string> = {
  direct: 'in the database',
  textbook: 'in the server, the whole request: it reports no lookup',
  module: 'in the server, the lookup',
};

/** From 0.001 ms (nothing) to 10 s (all), so that a bar ten times as long in time is always a seventh longer. */
function widthOf(ms: number): number {
  return Math.min(100, Math.max(2, ((Math.log10(Math.max(ms, 0.001)) + 3) / 7) * 100));
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
