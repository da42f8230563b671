import type { Socket as Connection } from 'node:net';
import type { Socket } from 'socket.io-client';
import type {
  DegradedBoard,
  LeaderboardChanges,
  LeaderboardEntry,
  OwnPlace,
  OwnPlaceChanged,
  WatchRequest,
  WatchSnapshot,
} from '../../../../src/leaderboard/index.js';
import { applyChanges } from '../../../../web/src/leaderboard/board/apply-changes.js';
import { until } from '../../../support/until.js';

const ASK_AGAIN_MS = 50;

/** What a viewer holds, and how often each message led to it. */
export interface Viewer {
  version: number;
  ties: 'first' | 'shared';
  entries: LeaderboardEntry[];
  /** Whether it follows a player; `me` is that player's place. */
  follows: boolean;
  me: OwnPlace | null;
  /** As of the last snapshot or `degraded` event. */
  isDegraded: boolean;
  /** False while a request is not answered. */
  isWatching: boolean;
  snapshots: number;
  applied: number;
  /** Changes that did not continue from the version it held. */
  gaps: number;
  wentBack: number;
}

export function ask(socket: Socket, event: string, message: unknown): Promise<WatchSnapshot> {
  return socket.timeout(5000).emitWithAck(event, message) as Promise<WatchSnapshot>;
}

/** A viewer that does what the page does: it applies changes that continue from its version, else it requests a snapshot. */
export async function watch(
  socket: Socket,
  { board, top, window = 'all', ...options }: Partial<WatchRequest> & Pick<WatchRequest, 'board' | 'top'>,
): Promise<Viewer> {
  const viewer: Viewer = {
    version: -1,
    ties: 'first',
    entries: [],
    follows: options.playerId !== undefined,
    me: null,
    isDegraded: false,
    isWatching: false,
    snapshots: 0,
    applied: 0,
    gaps: 0,
    wentBack: 0,
  };
  const request: WatchRequest = { board, window, top, ...options };
  let asked = 0;
  const read = (event: 'watch' | 'resync') => {
    const number = ++asked;
    viewer.isWatching = false;
    // A callback, not a promise: the first changes can arrive in the same turn as the snapshot.
    socket.timeout(5000).emit(event, request, (error: Error | null, snapshot?: WatchSnapshot) => {
      if (number !== asked || !socket.connected) return;
      if (error || !snapshot || 'error' in snapshot) {
        setTimeout(() => number === asked && socket.connected && read(event), ASK_AGAIN_MS);
        return;
      }
      if (snapshot.version < viewer.version) viewer.wentBack++;
      const { version, ties, entries, me, degraded = false } = snapshot;
      Object.assign(viewer, { version, ties, entries, me, isDegraded: degraded, isWatching: true });
      viewer.snapshots++;
    });
  };
  socket.on('changes', (changes: LeaderboardChanges) => {
    // A snapshot is on its way, and these changes belong to the list it replaces.
    if (!viewer.isWatching) return;
    if (changes.version < viewer.version) viewer.wentBack++;
    const applied = applyChanges(viewer, changes);
    if (applied.kind === 'applied') {
      Object.assign(viewer, applied.top);
      viewer.applied++;
    } else {
      viewer.gaps++;
      read('resync');
    }
  });
  socket.on('behind', () => read('resync'));
  socket.on('deleted', () => {
    viewer.version = -1;
    read('watch');
  });
  socket.on('me', (place: OwnPlaceChanged) => (viewer.me = place.rank === null ? null : place));
  socket.on('degraded', ({ degraded }: DegradedBoard) => (viewer.isDegraded = degraded));
  socket.on('disconnect', () => (viewer.isWatching = false));
  socket.on('connect', () => read('watch'));
  if (socket.connected) read('watch');
  await until(() => viewer.isWatching);
  return viewer;
}

/** Breaks an open connection. Closing one that is being opened would be detected by a timeout of 20 s only. */
export function disconnect(socket: Socket | undefined): void {
  if (socket?.connected) socket.io.engine.close();
}

/** The TCP connection below a websocket. */
export function connectionOf(socket: Socket): Connection {
  const { ws } = socket.io.engine.transport as unknown as { ws: Record<'_socket', Connection> };
  return ws['_socket'];
}
