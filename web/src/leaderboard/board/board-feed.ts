import { signal } from '@preact/signals';
import type {
  DegradedBoard,
  DeletedBoard,
  LeaderboardChanges,
  OwnPlace,
  OwnPlaceChanged,
  ViewerBehind,
  WatchedWindow,
  WatchRefusal,
  WatchRequest,
  WatchSnapshot,
} from '../../../../src/leaderboard/live/leaderboard.wire.js';
import { openNamespace } from '../../live/namespace.js';
import { malformed, wellFormed } from '../../live/well-formed.js';
import { applyChanges, type Top } from './apply-changes.js';
import { isBoard, isChanges, isDegradedBoard, isPlace, isReply } from './board-messages.js';
import { countChange } from './change-rate.js';

/** The boards that can be shown. The simulated players score on both. */
export const BOARDS = { arena: 'Points', 'arena-levels': 'Levels' } as const;
export type BoardName = keyof typeof BOARDS;
export const BOARD: BoardName = 'arena';
/** Rows on the page. */
export const SHOWN = 10;
const ANSWER_TIMEOUT_MS = 5000;
const RETRY_MS = 2000;

interface Incoming {
  changes: (changes: LeaderboardChanges) => void;
  me: (place: OwnPlaceChanged) => void;
  behind: (which: ViewerBehind) => void;
  degraded: (notice: DegradedBoard) => void;
  deleted: (which: DeletedBoard) => void;
}

export interface Followed {
  playerId: string;
  name: string;
}

type Send = (request: WatchRequest, answer: (reply: WatchSnapshot | WatchRefusal) => void) => void;

export const { socket: boardSocket, state: boardState } = openNamespace<
  Incoming,
  { watch: Send; resync: Send }
>('/leaderboard');

/** null until the first snapshot of the window. */
export const top = signal<Top | null>(null);
/** The players in the newest message. */
export const touched = signal<ReadonlySet<string>>(new Set());
/** How often the page received the whole top: once for each connection, window and missed message. */
export const snapshots = signal(0);
/** Why there is no board to show, else null. */
export const refusal = signal<string | null>(null);
/** Whether PostgreSQL answers because the engine is down. */
export const isDegraded = signal(false);
export const watchedBoard = signal<BoardName>(BOARD);
export const watchedWindow = signal<WatchedWindow>('all');
export const followed = signal<Followed | null>(null);
/** The rank of the followed player; null without one, and while that player has no score. */
export const me = signal<OwnPlace | null>(null);

let watchedTop = SHOWN;
/** The number of the newest request. Answers to older ones are dropped. */
let newest = 0;
let waiting = false;

export function watchBoard(): void {
  boardSocket.on('connect', () => request('watch'));
  boardSocket.on('changes', wellFormed(isChanges, apply));
  boardSocket.on(
    'behind',
    wellFormed(isBoard, () => request('resync')),
  );
  boardSocket.on(
    'degraded',
    wellFormed(isDegradedBoard, ({ degraded }) => (isDegraded.value = degraded)),
  );
  // Also requests the new board of that name, if there is one.
  boardSocket.on(
    'deleted',
    wellFormed(isBoard, ({ board }) => board === watchedBoard.value && chooseBoard(watchedBoard.value)),
  );
  boardSocket.on('me', wellFormed(isPlace, receivePlace));
}

export function follow(player: Followed | null): void {
  followed.value = player;
  me.value = null;
  request('watch');
}

export function chooseBoard(board: BoardName): void {
  watchedBoard.value = board;
  top.value = me.value = null;
  request('watch');
}

export function chooseWindow(window: WatchedWindow): void {
  watchedWindow.value = window;
  me.value = null;
  request('watch');
}

/** How many entries the server sends, from the first. The page shows the first of them. */
export function watchTop(entries: number): void {
  if (entries === watchedTop) return;
  watchedTop = entries;
  request('watch');
}

function receivePlace(place: OwnPlaceChanged): void {
  const { board, window, playerId } = place;
  const isShown = board === watchedBoard.value && window === watchedWindow.value;
  const isOurs = isShown && playerId === followed.value?.playerId;
  if (isOurs) me.value = place.rank === null ? null : place;
}

function apply(changes: LeaderboardChanges): void {
  // A snapshot is on its way, and these changes belong to the list it replaces.
  if (waiting || top.value === null) return;
  const applied = applyChanges(top.value, changes);
  if (applied.kind === 'resync') return request('resync');
  countChange();
  touched.value = new Set(changes.entries.map(({ playerId }) => playerId));
  top.value = applied.top;
}

function request(event: 'watch' | 'resync'): void {
  if (!boardSocket.connected) return;
  const number = ++newest;
  waiting = true;
  const window = watchedWindow.value;
  const watch = { board: watchedBoard.value, window, top: watchedTop, playerId: followed.value?.playerId };
  // A callback, not a promise: see WatchRequest.
  boardSocket.timeout(ANSWER_TIMEOUT_MS).emit(event, watch, (error, reply) => {
    if (number !== newest) return;
    if (error) return retry('The board does not answer.');
    if (isReply(reply)) return receive(reply);
    malformed.value += 1;
    retry('The answer of the board is malformed.');
  });
}

function receive(reply: WatchSnapshot | WatchRefusal): void {
  if ('error' in reply) return retry(reply.error.detail);
  waiting = false;
  refusal.value = null;
  isDegraded.value = reply.degraded === true;
  top.value = { version: reply.version, ties: reply.ties, entries: reply.entries };
  touched.value = new Set(reply.entries.map(({ playerId }) => playerId));
  snapshots.value += 1;
  me.value = reply.me;
}

function retry(why: string): void {
  refusal.value = why;
  // Without a connection, the next one sends the request anyway.
  setTimeout(() => {
    if (boardSocket.connected && waiting) request('watch');
  }, RETRY_MS);
}
