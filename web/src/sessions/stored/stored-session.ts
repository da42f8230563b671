import { signal } from '@preact/signals';
import type { StoredSession } from '../../../../src/sessions/sessions.wire.js';
import { request, type Problem } from '../../http/request.js';
import { writeNote } from '../note/note.js';

/** What the engine stores of the visitor's session; null before the first answer. */
export const stored = signal<StoredSession | null>(null);
/** The problem of the last request about it; null if it succeeded. */
export const storedProblem = signal<Problem | null>(null);

export async function readStored(): Promise<void> {
  const answer = await request<StoredSession>('/api/console/sessions/current');
  storedProblem.value = answer.ok ? null : answer.problem;
  if (answer.ok) stored.value = answer.body;
}

/** Writes a note into the data of the session. An empty one removes it. */
export async function saveNote(note: string): Promise<void> {
  const answer = await writeNote(note);
  if (answer.ok) await readStored();
  else storedProblem.value = answer.problem;
}
