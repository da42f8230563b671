import { io, type Socket } from 'socket.io-client';
import type { CurrentSession, SessionSocketEvents } from '../../../src/sessions/sessions.wire.js';

const RETRY_MS = 3000;

/**
 * Reports changes and the end of the visitor's session. It does not share the websocket of the other namespaces: the server reads
 * the cookie of a handshake once, so each sign-in needs a new one.
 */
const socket: Socket<SessionSocketEvents> = io('/sessions', {
  transports: ['websocket'],
  forceNew: true,
  autoConnect: false,
});

/** Does nothing while it is connected. */
export function connectSession(): void {
  socket.connect();
}

/** Before a sign-in or sign-out, and once no session is left. */
export function disconnectSession(): void {
  socket.disconnect();
}

/** @param onLost the session has ended, or this node could not verify it: read it over HTTP. */
export function listenToSession(onState: (session: CurrentSession) => void, onLost: () => void): void {
  socket.on('state', onState);
  socket.on('disconnect', (reason) => {
    if (reason === 'io server disconnect') onLost();
  });
  socket.on('connect_error', () => {
    // Refused by the server. After a lost connection socket.io tries again by itself.
    if (!socket.active) setTimeout(onLost, RETRY_MS);
  });
}
