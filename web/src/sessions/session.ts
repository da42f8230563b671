import { signal } from '@preact/signals';
import type { CurrentSession, SessionEnd } from '../../../src/sessions/sessions.wire.js';
import { postJson, request, type Problem } from '../http/request.js';
import { connectSession, disconnectSession, listenToSession } from './session-socket.js';

export interface Credentials {
  username: string;
  password: string;
  /** Absent: the server names it by the browser. */
  device?: string;
  remember: boolean;
}

export type SessionState =
  | { kind: 'unknown' }
  /** `end`: the visitor was signed in on this page and did not sign out; `unknown` if the server gave no reason. */
  | { kind: 'signed-out'; end: SessionEnd | 'unknown' | null }
  | { kind: 'signed-in'; session: CurrentSession }
  /** The server cannot read sessions, so the visitor is neither signed in nor signed out. */
  | { kind: 'unavailable'; visitor: string | null; problem: Problem; retryInSeconds: number };

export const session = signal<SessionState>({ kind: 'unknown' });
/** The problem of the last sign-in or sign-out; null if it succeeded. */
export const sessionProblem = signal<Problem | null>(null);
export const sessionBusy = signal(false);

const CURRENT = '/api/sessions/current';
/** Set while this browser may have a session, whose cookie scripts cannot read. */
const MAY_HAVE_SESSION = 'may-have-session';
const RETRY_SECONDS = 2;
/** The last known username; null after a sign-out. */
let visitor: string | null = null;
let isWatched = false;
let retryTimer: ReturnType<typeof setTimeout> | undefined;

export async function loadSession(): Promise<void> {
  clearTimeout(retryTimer);
  const answer = await request<CurrentSession>(CURRENT);
  if (answer.ok) {
    showSignedIn(answer.body);
    connectSession();
  } else if (answer.problem.status === 401) {
    showSignedOut(visitor === null ? null : 'unknown');
    disconnectSession();
  } else {
    const retryInSeconds = answer.problem.retryAfterSeconds ?? RETRY_SECONDS;
    session.value = { kind: 'unavailable', visitor, problem: answer.problem, retryInSeconds };
    retryTimer = setTimeout(() => {
      sessionProblem.value = null;
      void loadSession();
    }, retryInSeconds * 1000);
  }
}

/**
 * Loads the session and follows it over a websocket while the visitor is signed in. Does nothing the second time.
 * A browser that has never signed in is not asked about, because it would log the 401 as an error.
 */
export function watchSession(): void {
  if (isWatched) return;
  isWatched = true;
  listenToSession(
    showSignedIn,
    // A rotated session continues under a new id, which the cookie has already.
    (reason) => reason !== 'rotated' && showSignedOut(reason),
    () => session.value.kind !== 'signed-out' && void loadSession(),
  );
  if (localStorage.getItem(MAY_HAVE_SESSION) === null) showSignedOut(null);
  else void loadSession();
}

export function signIn(credentials: Credentials): Promise<void> {
  return change('/api/sessions', postJson(credentials));
}

export function signOut(): Promise<void> {
  return change(CURRENT, { method: 'DELETE' });
}

function showSignedIn(current: CurrentSession): void {
  session.value = { kind: 'signed-in', session: current };
  visitor = current.username;
  localStorage.setItem(MAY_HAVE_SESSION, 'yes');
}

/** Keeps the reason of an end that is known already. */
function showSignedOut(end: SessionEnd | 'unknown' | null): void {
  visitor = null;
  localStorage.removeItem(MAY_HAVE_SESSION);
  const { value } = session;
  if (value.kind === 'signed-out' && value.end !== null && end === null) return;
  session.value = { kind: 'signed-out', end };
}

async function change(path: string, init: RequestInit): Promise<void> {
  sessionBusy.value = true;
  disconnectSession();
  const answer = await request(path, init);
  sessionProblem.value = answer.ok ? null : answer.problem;
  if (answer.ok) visitor = null;
  // The server decides who is signed in, also after a failure.
  await loadSession();
  sessionBusy.value = false;
}
