import { signal, type ReadonlySignal } from '@preact/signals';
import { io, type Socket } from 'socket.io-client';

/** `refused`: the server let nobody in without a key. */
export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'refused';

export interface Namespace<Incoming extends object, Outgoing extends object> {
  socket: Socket<Incoming, Outgoing>;
  state: ReadonlySignal<ConnectionState>;
}

type Handlers = Record<string, (...args: never[]) => void>;

const RETRY_MS = 3000;

/** Opens a socket.io namespace that comes back whatever ended it. All namespaces share one websocket. */
export function openNamespace<Incoming extends object = Handlers, Outgoing extends object = Handlers>(
  name: string,
): Namespace<Incoming, Outgoing> {
  const state = signal<ConnectionState>('connecting');
  // Websocket only: long polling would need sticky sessions as soon as there are two nodes.
  const socket: Socket = io(name, { transports: ['websocket'] });
  // Where the server itself ended it, or refused it, socket.io leaves trying again to us.
  const retryUnlessActive = (): void => {
    if (!socket.active) setTimeout(() => socket.connect(), RETRY_MS);
  };

  socket.on('connect', () => {
    state.value = 'live';
  });
  socket.on('disconnect', () => {
    state.value = 'reconnecting';
    retryUnlessActive();
  });
  socket.on('connect_error', () => {
    state.value = socket.active ? 'reconnecting' : 'refused';
    retryUnlessActive();
  });
  return { socket, state };
}
