import { io, type Socket } from 'socket.io-client';
import type { CurrentSession, SessionEnd, SessionSocketEvents } from '../../../src/sessions/sessions.wire.js';
import { wellFormed } from '../live/well-formed.js';
import { isEnded, isState } from './session-messages.js';

const RETRY_MS = 3000;

/**
 * Receives the changes and the end of the visitor's session. It has a websocket of its own, since the server reads the cookie once,
 * at the handshake: each sign-in needs a new connection.
 */
const socket: Socket<SessionSocketEvents> = io('/sessions', {
  transports: ['websocket'],
  forceNew: true,
  autoConnect: false,
});

/** Does nothing if it is connected already. */
export function connectSession(): void {
  socket.connect();
}

/** Call it before a sign-in or sign-out, and when the session has ended. */
export function disconnectSession(): void {
  socket.disconnect();
}

/**
 * @param onEnded called at once with the reason, where the server gives one.
 * @param onLost called if the session has ended, or if this node could not verify it. Read it over HTTP then.
 */
export function listenToSession(
  onState: (session: CurrentSession) => void,
  onEnded: (reason: SessionEnd) => void,
  onLost: () => void,
): void {
  socket.on('state', wellFormed(isState, onState));
  socket.on(
    'ended',
    wellFormed(isEnded, ({ reason }) => reason !== 'unverified' && onEnded(reason)),
  );
  socket.on('disconnect', (reason) => {
    if (reason === 'io server disconnect') onLost();
  });
  socket.on('connect_error', () => {
    // The server refused the handshake. After a lost connection socket.io reconnects by itself.
    if (!socket.active) setTimeout(onLost, RETRY_MS);
  });
}
