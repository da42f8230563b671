import { ProblemNote } from '../http/problem-note.js';
import { loadSession, session, sessionProblem, type SessionState } from './session.js';
import { SessionEvents } from './session-events.js';
import { SignInForm } from './sign-in-form.js';
import { SignedIn } from './signed-in.js';

export function SessionsView() {
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
  if (state.kind === 'unknown') return <p class="empty">Loading the session.</p>;
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
      Your session has ended: it expired, it was ended on another device, or the engine lost it.
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
      <p>The page retries every {retryInSeconds} s.</p>
      <button type="button" onClick={() => void loadSession()}>
        Retry now
      </button>
    </div>
  );
}
