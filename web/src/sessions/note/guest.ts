import { signal } from '@preact/signals';
import type { SessionDataAnswer } from '../../../../src/sessions/sessions.wire.js';
import type { Answer, Problem } from '../../http/request.js';
import { loadSession } from '../session.js';
import { readData, writeNote } from './note.js';

/** What the session of a visitor who has not signed in has; null before the first answer. */
export const guestData = signal<SessionDataAnswer['data'] | null>(null);
/** The problem of the last request about it; null if it succeeded. */
export const guestProblem = signal<Problem | null>(null);

/** Returns the function that forgets the data: they may have moved to an account. */
export function watchGuest(): () => void {
  void readData().then(show);
  return () => {
    guestData.value = null;
  };
}

export async function saveGuestNote(note: string): Promise<void> {
  const answer = await writeNote(note);
  show(answer);
  // Another tab has signed in, which ended the session of the guest.
  if (!answer.ok && answer.problem.status === 401) await loadSession();
}

function show(answer: Answer<SessionDataAnswer>): void {
  guestProblem.value = answer.ok ? null : answer.problem;
  if (answer.ok) guestData.value = answer.body.data;
}
