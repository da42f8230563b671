import { ProblemNote } from '../http/problem-note.js';
import { askWhoIsSignedIn, session, sessionProblem, type SessionState } from './session.js';
import { SessionEvents } from './session-events.js';
import { SignInForm } from './sign-in-form.js';
import { SignedIn } from './signed-in.js';

export function SessionsPanel() {
  return (
    <section class="panel panel-sessions" aria-labelledby="sessions-title">
      <header class="panel-header">
        <h2 id="sessions-title">Sessions</h2>
        <span class="badge" role="status" data-state={session.value.kind}>
          {session.value.kind.replace('-', ' ')}
        </span>
      </header>
      <p class="lead">
        The session lives in the engine, so every node and every websocket sees the same visitor.
      </p>
      <Visitor state={session.value} />
      <ProblemNote problem={sessionProblem.value} />
      <SessionEvents />
    </section>
  );
}

function Visitor({ state }: { state: SessionState }) {
  if (state.kind === 'unknown') return <p class="empty">Asking the server who is signed in.</p>;
  if (state.kind === 'signed-out') {
    return (
      <>
        {state.hasEnded && <Ended />}
        <SignInForm />
      </>
    );
  }
  if (state.kind === 'signed-in') return <SignedIn session={state.session} />;
  return <Unavailable {...state} />;
}

function Ended() {
  return (
    <p class="note" role="alert">
      Your session has ended: its time was over, it was ended elsewhere, or the engine has lost it.
    </p>
  );
}

function Unavailable({ visitor, problem, retryInSeconds }: Extract<SessionState, { kind: 'unavailable' }>) {
  return (
    <div class="note note-problem" role="alert">
      {problem.status === 503 && (
        <p>
          Session store unreachable.
          {visitor !== null && ` You were signed in as ${visitor}, and have not been signed out.`}
        </p>
      )}
      <p>{problem.detail}</p>
      <p>The page asks again every {retryInSeconds} s.</p>
      <button type="button" onClick={() => void askWhoIsSignedIn()}>
        Ask now
      </button>
    </div>
  );
}
