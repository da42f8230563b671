import { signal } from '@preact/signals';
import type { Readiness } from '../../../src/demo/console/console.wire.js';
import { poll } from '../http/poll.js';
import { request } from '../http/request.js';
import { consoleSocket } from '../live/console-socket.js';

/** null until the first answer. */
export const readiness = signal<Readiness | 'unreachable' | null>(null);

export function watchReadiness(): () => void {
  // The poll is the truth; the live feed only says changes of an engine up to two seconds sooner.
  consoleSocket.on('engines', (engines) => {
    if (isReadiness(readiness.value)) readiness.value = { ...readiness.value, engines };
  });
  return poll(async () => {
    const answer = await request<Readiness>('/health/ready');
    // A 503 carries the same body: it says which part is missing.
    readiness.value = isReadiness(answer.body) ? answer.body : 'unreachable';
  }, 2000);
}

function isReadiness(body: unknown): body is Readiness {
  return typeof body === 'object' && body !== null && 'engines' in body && 'database' in body;
}
