import type { SessionDataAnswer } from '../../../../src/sessions/sessions.wire.js';
import { request, type Answer } from '../../http/request.js';

const DATA = '/api/sessions/current/data';

export function readData(): Promise<Answer<SessionDataAnswer>> {
  return request<SessionDataAnswer>(DATA);
}

/** Writes a note into the data of the visitor's session. An empty one removes it. */
export function writeNote(note: string): Promise<Answer<SessionDataAnswer>> {
  return request<SessionDataAnswer>(DATA, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/merge-patch+json' },
    body: JSON.stringify({ note: note === '' ? null : note }),
  });
}

export function noteIn({ note }: SessionDataAnswer['data']): string {
  return typeof note === 'string' ? note : '';
}
