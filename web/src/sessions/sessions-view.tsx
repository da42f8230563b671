import { useEffect } from 'preact/hooks';
import type { SessionEnd } from '../../../src/sessions/sessions.wire.js';
import { ProblemNote } from '../http/problem-note.js';
import { answeredBy } from '../http/request.js';
import { loadSession, session, watchSession, sessionProblem, type SessionState } from './session.js';
import { DeviceList } from './device-list.js';
import { GuestNote } from './note/guest-note.js';
import { SessionEvents } from './session-events.js';
import { SignInForm, signInFields } from './sign-in-form.js';
import { SignedIn } from './signed-in.js';
import { StoredSessionPanel } from './stored/stored-session-panel.js';
import { SurvivalPanel } from './survival/survival-panel.js';

export function SessionsView() {
  useEffect(watchSession, []);
  const { value } = session;
  return (
    <>
      <div class="column">
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
          <ProblemNote problem={sessionProblem.value} beside={signInFields} />
          {answeredBy.value !== null && (
            <p class="hint">
              The node at <code data-testid="answered-by">{answeredBy}</code> answered last. Any other node
              has the same session.
            </p>
          )}
        </section>
        {value.kind === 'signed-in' && <StoredSessionPanel session={value.session} />}
        <SurvivalPanel />
      </div>
      <div class="column">
        {value.kind === 'signed-in' && (
          <DeviceList key={value.session.accountId} username={value.session.username} />
        )}
        <section class="panel" aria-labelledby="session-events-title">
          <SessionEvents />
        </section>
      </div>
    </>
  );
}

function Visitor({ state }: { state: SessionState }) {
  if (state.kind === 'unknown') return <p class="empty">Loading the session.</p>;
  if (state.kind === 'signed-out') {
    return (
      <>
        {state.end !== null && <Ended end={state.end} />}
        <SignInForm />
        <GuestNote />
      </>
    );
  }
  if (state.kind === 'signed-in') return <SignedIn session={state.session} />;
  return <Unavailable {...state} />;
}

function Ended({ end }: { end: NonNullable<Extract<SessionState, { kind: 'signed-out' }>['end']> }) {
  return (
    <p class="note" role="alert" data-testid="session-end">
      Your session has ended: {ends[end]}
    </p>
  );
}

const ends: Record<SessionEnd | 'unknown', string> = {
  unknown: 'it expired, it was ended on another device, or the engine lost it.',
  'signed-out': 'you signed out in another window.',
  revoked: 'another device signed this one out.',
  'too-many': 'the account signed in on more devices than it may have.',
  'password-changed': 'the password of the account was changed.',
  'ended-by-operator': 'an operator ended all sessions of the account.',
  rotated: 'it continues under a new id. Sign in again.',
  expired: 'it expired, or the engine lost it.',
};

function Unavailable({ visitor, problem, retryInSeconds }: Extract<SessionState, { kind: 'unavailable' }>) {
  return (
    <div class="note note-problem" role="alert">
      {problem.status === 503 && (
        <p>
          Session store unreachable.
          {visitor !== null && (
            <>
              {' '}
              You were signed in as <bdi>{visitor}</bdi>, and have not been signed out.
            </>
          )}
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
