import { signal } from '@preact/signals';
import type { Server } from '../../../src/demo/servers/servers.wire.js';
import { poll } from '../http/poll.js';
import { request } from '../http/request.js';
import { isAbsence } from '../live/console-messages.js';
import { consoleSocket } from '../live/console-socket.js';
import { wellFormed } from '../live/well-formed.js';

export type ServersState =
  | { kind: 'loading' }
  /** `npm start` did not start them. `detail` says what to do. */
  | { kind: 'unavailable'; detail: string }
  | { kind: 'listed'; servers: Server[]; at: number };

/** The servers behind the application. Kept while a view watches them. */
export const servers = signal<ServersState>({ kind: 'loading' });

let watchers = 0;
let asked = 0;
let shown = 0;
/** Undefined until the application has said whether it can list them: a browser logs each 404. */
let absence: string | null | undefined;

consoleSocket.on(
  'servers',
  wellFormed(isAbsence, (reason) => {
    absence = reason;
    if (watchers > 0) void listServers();
  }),
);

/** Lists the servers repeatedly, unless there are none to list. Returns the function that stops it. */
export function watchServers(pauseMs: number): () => void {
  watchers += 1;
  const stop = poll(listServers, pauseMs);
  return () => {
    stop();
    watchers -= 1;
    if (watchers === 0) servers.value = { kind: 'loading' };
  };
}

/** Keeps the last list while the application does not answer. */
export async function listServers(): Promise<void> {
  if (absence === undefined) return;
  if (absence !== null) {
    servers.value = { kind: 'unavailable', detail: absence };
    return;
  }
  const own = ++asked;
  const answer = await request<Server[]>('/api/demo/servers');
  // A later list may have arrived first.
  if (watchers === 0 || !answer.ok || own < shown) return;
  shown = own;
  servers.value = { kind: 'listed', servers: inOrder(answer.body), at: Date.now() };
}

const LAST: Partial<Record<Server['kind'], number>> = { postgres: 2, app: 3 };

/** Nodes by name, then sentinels, then PostgreSQL, then app nodes. Independent of roles, so that a promotion moves no card. */
function inOrder(all: Server[]): Server[] {
  const place = ({ name, kind }: Server): string =>
    `${LAST[kind] ?? Number(name.startsWith('sentinel'))} ${name}`;
  return all.toSorted((one, other) => place(one).localeCompare(place(other), 'en', { numeric: true }));
}
