import { useEffect } from 'preact/hooks';
import { ProblemNote } from '../../http/problem-note.js';
import { actionProblem } from '../../servers/actions.js';
import { watchServers } from '../../servers/servers.js';
import { session, type SessionState } from '../session.js';
import { restart, restartable, restartServer } from './restarts.js';

const LIST_EVERY_MS = 1_000;

/** Restart the application or its engine, and see whether the session is still there. Nothing where `npm start` did not start them. */
export function SurvivalPanel() {
  useEffect(() => watchServers(LIST_EVERY_MS), []);
  if (restartable.value.length === 0) return null;
  const isRestarting = restart.value?.isOver === false;
  return (
    <section class="panel" aria-labelledby="survival-title">
      <h2 id="survival-title">What survives a restart</h2>
      <p class="lead">
        The application keeps no session in its own memory. A single engine keeps nothing on disk here; with
        replicas (npm start -- --topology sentinel) another node takes over.
      </p>
      <div class="actions">
        {restartable.value.map(({ name }) => (
          <button
            key={name}
            type="button"
            aria-disabled={isRestarting}
            onClick={() => !isRestarting && void restartServer(name)}
          >
            Restart {name}
          </button>
        ))}
      </div>
      <ProblemNote problem={actionProblem.value} />
      <p role="status" data-testid="survival">
        {restart.value !== null && <Outcome {...restart.value} state={session.value} />}
      </p>
    </section>
  );
}

function Outcome({ name, isOver, state }: NonNullable<typeof restart.value> & { state: SessionState }) {
  if (!isOver) return <>{name} is restarting.</>;
  return (
    <>
      {name} was restarted. <Session state={state} />
    </>
  );
}

function Session({ state }: { state: SessionState }) {
  if (state.kind === 'signed-out') return <>You are signed out now.</>;
  if (state.kind !== 'signed-in') return <>The session cannot be read yet.</>;
  return (
    <>
      You are still signed in as <bdi>{state.session.username}</bdi>.
    </>
  );
}
