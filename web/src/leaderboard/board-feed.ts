import { signal } from '@preact/signals';
import type {
  DegradedBoard,
  LeaderboardChanges,
  OwnPlace,
  OwnPlaceChanged,
  ViewerBehind,
  WatchRefusal,
  WatchRequest,
  WatchSnapshot,
} from '../../../src/leaderboard/live/leaderboard.wire.js';
import { openNamespace } from '../live/namespace.js';
import { applyChanges, type Top } from './apply-changes.js';
import { countChange } from './change-rate.js';

export const BOARD = 'arena';
const WATCHED: WatchRequest = { board: BOARD, window: 'all', top: 10 };
const ANSWER_TIMEOUT_MS = 5000;
const RETRY_MS = 2000;

interface Incoming {
  changes: (changes: LeaderboardChanges) => void;
  me: (place: OwnPlaceChanged) => void;
  behind: (which: ViewerBehind) => void;
  degraded: (notice: DegradedBoard) => void;
}

type Send = (request: WatchRequest, answer: (reply: WatchSnapshot | WatchRefusal) => void) => void;

const { socket, state } = openNamespace<Incoming, { watch: Send; resync: Send }>('/leaderboard');

export const boardState = state;
/** null until the first snapshot. */
export const top = signal<Top | null>(null);
/** Why there is no board to show, else null. */
export const refusal = signal<string | null>(null);
/** Whether PostgreSQL answers because the engine is down. */
export const isDegraded = signal(false);
export const followed = signal<{ playerId: string; name: string } | null>(null);
/** The rank of the followed player; null without one, and while that player has no score. */
export const me = signal<OwnPlace | null>(null);

/** The number of the newest request. Answers to older ones are dropped. */
let newest = 0;
let waiting = false;

export function watchBoard(): void {
  socket.on('connect', () => request('watch'));
  socket.on('changes', apply);
  socket.on('behind', () => request('resync'));
  socket.on('degraded', ({ degraded }) => (isDegraded.value = degraded));
  socket.on('me', (place) => {
    const isFollowed = place.board === BOARD && place.playerId === followed.value?.playerId;
    if (isFollowed) me.value = place.rank === null ? null : place;
  });
}

/** Follows a player, or none if that player is followed already. */
export function follow(playerId: string, name: string): void {
  followed.value = followed.value?.playerId === playerId ? null : { playerId, name };
  me.value = null;
  request('watch');
}

function apply(changes: LeaderboardChanges): void {
  // A snapshot is on its way, and these changes belong to the list it replaces.
  if (waiting || top.value === null) return;
  const applied = applyChanges(top.value, changes);
  if (applied.kind === 'resync') return request('resync');
  countChange();
  top.value = applied.top;
}

function request(event: 'watch' | 'resync'): void {
  const number = ++newest;
  waiting = true;
  const watch = { ...WATCHED, playerId: followed.value?.playerId };
  // A callback, not a promise: see WatchRequest.
  socket.timeout(ANSWER_TIMEOUT_MS).emit(event, watch, (error, reply) => {
    if (number !== newest) return;
    if (error) retry('The board does not answer.');
    else receive(reply);
  });
}

function receive(reply: WatchSnapshot | WatchRefusal): void {
  if ('error' in reply) return retry(reply.error.detail);
  waiting = false;
  refusal.value = null;
  isDegraded.value = reply.degraded === true;
  top.value = { version: reply.version, ties: reply.ties, entries: reply.entries };
  me.value = reply.me;
}

function retry(why: string): void {
  refusal.value = why;
  // Without a connection, the next one sends the request anyway.
  setTimeout(() => {
    if (socket.connected && waiting) request('watch');
  }, RETRY_MS);
}
