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

type Ask = (request: WatchRequest, answer: (reply: WatchSnapshot | WatchRefusal) => void) => void;

const { socket, state } = openNamespace<Incoming, { watch: Ask; resync: Ask }>('/leaderboard');

export const boardState = state;
/** null until the first snapshot. */
export const top = signal<Top | null>(null);
/** Why there is no board to show; null while there is. */
export const refusal = signal<string | null>(null);
/** Whether PostgreSQL answers because the engine is down. */
export const isDegraded = signal(false);
export const followed = signal<{ playerId: string; name: string } | null>(null);
/** The followed player's place; null without one, and while that player has no score. */
export const me = signal<OwnPlace | null>(null);

/** The number of the newest question, so that an answer to an older one is recognised and dropped. */
let asked = 0;
let waiting = false;

export function watchBoard(): void {
  socket.on('connect', () => ask('watch'));
  socket.on('changes', apply);
  socket.on('behind', () => ask('resync'));
  socket.on('degraded', ({ degraded }) => (isDegraded.value = degraded));
  socket.on('me', (place) => {
    const isFollowed = place.board === BOARD && place.playerId === followed.value?.playerId;
    if (isFollowed) me.value = place.rank === null ? null : place;
  });
}

/** Follows a player, or nobody when that player is followed already. */
export function follow(playerId: string, name: string): void {
  followed.value = followed.value?.playerId === playerId ? null : { playerId, name };
  me.value = null;
  ask('watch');
}

function apply(changes: LeaderboardChanges): void {
  // A snapshot is on its way, and these changes belong to the list it replaces.
  if (waiting || top.value === null) return;
  const applied = applyChanges(top.value, changes);
  if (applied.kind === 'resync') return ask('resync');
  countChange();
  top.value = applied.top;
}

function ask(question: 'watch' | 'resync'): void {
  const number = ++asked;
  waiting = true;
  const request = { ...WATCHED, playerId: followed.value?.playerId };
  // A callback, not a promise: see WatchRequest.
  socket.timeout(ANSWER_TIMEOUT_MS).emit(question, request, (error, reply) => {
    if (number !== asked) return;
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
  // When the connection is gone, coming back asks anyway.
  setTimeout(() => {
    if (socket.connected && waiting) ask('watch');
  }, RETRY_MS);
}
