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
        {restart.value !== null && describe(restart.value, session.value)}
      </p>
    </section>
  );
}

function describe({ name, isOver }: { name: string; isOver: boolean }, state: SessionState): string {
  if (!isOver) return `${name} is restarting.`;
  if (state.kind === 'signed-in') {
    return `${name} was restarted. You are still signed in as ${state.session.username}.`;
  }
  if (state.kind === 'signed-out') return `${name} was restarted. You are signed out now.`;
  return `${name} was restarted. The session cannot be read yet.`;
}
