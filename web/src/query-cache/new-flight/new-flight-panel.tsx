import { useEffect } from 'preact/hooks';
import { ProblemNote } from '../../http/problem-note.js';
import { sides, type Side } from '../../sides/side.js';
import { addFlight, newFlight, stopWatching, type SideView } from './new-flight.js';

/** Adds a flight to the route of the form, and shows which side still serves the old answer. */
export function NewFlightPanel() {
  useEffect(() => stopWatching, []);
  const { value } = newFlight;
  return (
    <section class="panel" aria-labelledby="new-flight-title">
      <h2 id="new-flight-title">Who still serves the old answer?</h2>
      <p class="lead">
        Adds one flight to the route in the form. PostgreSQL has it at once, the module invalidates what
        depends on it, and the textbook cache waits until its answer expires.
      </p>
      <div class="actions">
        <button
          type="button"
          aria-disabled={value.kind === 'adding'}
          data-testid="add-flight"
          onClick={() => value.kind !== 'adding' && void addFlight()}
        >
          {value.kind === 'adding' ? 'Adding' : 'Add a flight'}
        </button>
      </div>
      {value.kind === 'refused' && (
        <>
          <ProblemNote problem={value.problem} />
          {value.problem.status === 401 && (
            <p class="hint">
              Only a signed-in visitor may add flights. <a href="#/sessions">Sign in first.</a>
            </p>
          )}
        </>
      )}
      {value.kind === 'added' && (
        <>
          <h3>Flights from {value.route}</h3>
          <dl class="bursts" aria-live="polite">
            {(Object.keys(sides) as Side[]).map((side) => (
              <div key={side}>
                <dt>{sides[side].label}</dt>
                <dd data-testid={`new-flight-${side}`}>
                  <View {...value.views[side]} />
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </section>
  );
}

function View({ flights, newAfterMs }: SideView) {
  return (
    <>
      <strong>{flights.toLocaleString('en-US')}</strong>,{' '}
      {newAfterMs === null ? 'still the old answer' : `the new answer ${since(newAfterMs)}`}.
    </>
  );
}

/** The sides are asked once a second, so less than that is the first answer. */
function since(ms: number): string {
  return ms < 1_000 ? 'at the first request' : `after ${Math.round(ms / 1_000)} s`;
}
