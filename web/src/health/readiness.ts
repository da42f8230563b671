import { signal } from '@preact/signals';
import type { Readiness } from '../../../src/demo/console/console.wire.js';
import { poll } from '../http/poll.js';
import { request } from '../http/request.js';
import { isEngines } from '../live/console-messages.js';
import { consoleSocket } from '../live/console-socket.js';
import { wellFormed } from '../live/well-formed.js';

/** null until the first response. */
export const readiness = signal<Readiness | 'unreachable' | null>(null);

/** Starts polling. Returns the function that stops it. */
export function watchReadiness(): () => void {
  // Polling is authoritative. The live feed only reports engine changes up to two seconds earlier.
  consoleSocket.on(
    'engines',
    wellFormed(isEngines, (engines) => {
      if (isReadiness(readiness.value)) readiness.value = { ...readiness.value, engines };
    }),
  );
  return poll(async () => {
    const answer = await request<Readiness>('/health/ready');
    // A 503 has the same body, which names the part that is down.
    readiness.value = isReadiness(answer.body) ? answer.body : 'unreachable';
  }, 2000);
}

function isReadiness(body: unknown): body is Readiness {
  return typeof body === 'object' && body !== null && 'engines' in body && 'database' in body;
}
