import { signal } from '@preact/signals';
import type { CurrentSession } from '../../../src/sessions/sessions.wire.js';
import { postJson, request, type Problem } from '../http/request.js';
import { connectSession, disconnectSession, listenToSession } from './session-socket.js';

export interface Credentials {
  username: string;
  password: string;
  device: string;
}

export type SessionState =
  | { kind: 'unknown' }
  /** `hasEnded`: the page saw the visitor signed in, and it was not the visitor who signed out. */
  | { kind: 'signed-out'; hasEnded: boolean }
  | { kind: 'signed-in'; session: CurrentSession }
  /** Neither signed in nor out: the server fails closed when its session store is away. */
  | { kind: 'unavailable'; visitor: string | null; problem: Problem; retryInSeconds: number };

export const session = signal<SessionState>({ kind: 'unknown' });
/** What went wrong with the last sign-in or sign-out; null when nothing did. */
export const sessionProblem = signal<Problem | null>(null);
export const sessionBusy = signal(false);

const CURRENT = '/api/sessions/current';
const RETRY_SECONDS = 2;
/** Who was signed in when the server could last say; null after signing out. */
let visitor: string | null = null;
let retryTimer: ReturnType<typeof setTimeout> | undefined;

export async function askWhoIsSignedIn(): Promise<void> {
  clearTimeout(retryTimer);
  const answer = await request<CurrentSession>(CURRENT);
  if (answer.ok) {
    showSignedIn(answer.body);
    connectSession();
  } else if (answer.problem.status === 401) {
    session.value = { kind: 'signed-out', hasEnded: visitor !== null };
    visitor = null;
    disconnectSession();
  } else {
    const retryInSeconds = answer.problem.retryAfterSeconds ?? RETRY_SECONDS;
    session.value = { kind: 'unavailable', visitor, problem: answer.problem, retryInSeconds };
    retryTimer = setTimeout(() => {
      // Once the store answers again, that it did not is no longer news.
      sessionProblem.value = null;
      void askWhoIsSignedIn();
    }, retryInSeconds * 1000);
  }
}

/** Follows the session over a websocket as soon as the visitor is signed in. */
export function watchSession(): void {
  listenToSession(showSignedIn, () => void askWhoIsSignedIn());
  void askWhoIsSignedIn();
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
}

async function change(path: string, init: RequestInit): Promise<void> {
  sessionBusy.value = true;
  disconnectSession();
  const answer = await request(path, init);
  sessionProblem.value = answer.ok ? null : answer.problem;
  if (answer.ok) visitor = null;
  // Ask rather than assume: what counts is whom the server now sees.
  await askWhoIsSignedIn();
  sessionBusy.value = false;
}
