import { signal, type ReadonlySignal } from '@preact/signals';
import { io, type Socket } from 'socket.io-client';

/** `refused`: the server requires a key. */
export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'refused';

export interface Namespace<Incoming extends object, Outgoing extends object> {
  socket: Socket<Incoming, Outgoing>;
  state: ReadonlySignal<ConnectionState>;
}

type Handlers = Record<string, (...args: never[]) => void>;

const RETRY_MS = 3000;

/** Opens a socket.io namespace that reconnects after every disconnect. All namespaces share one websocket. */
export function openNamespace<Incoming extends object = Handlers, Outgoing extends object = Handlers>(
  name: string,
): Namespace<Incoming, Outgoing> {
  const state = signal<ConnectionState>('connecting');
  // Websocket only: with two nodes, long polling would need sticky sessions.
  const socket: Socket = io(name, { transports: ['websocket'] });
  // socket.io does not reconnect by itself when the server has closed or refused the connection.
  const retryUnlessActive = (): void => {
    if (!socket.active) setTimeout(() => socket.connect(), RETRY_MS);
  };

  socket.on('connect', () => {
    state.value = 'live';
  });
  socket.on('disconnect', (reason) => {
    // The page itself closed it, and may connect it again.
    const isOver = reason === 'io client disconnect';
    state.value = isOver ? 'connecting' : 'reconnecting';
    if (!isOver) retryUnlessActive();
  });
  socket.on('connect_error', () => {
    state.value = socket.active ? 'reconnecting' : 'refused';
    retryUnlessActive();
  });
  return { socket, state };
}
