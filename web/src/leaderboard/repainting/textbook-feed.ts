import { signal } from '@preact/signals';
import { isString, isWhole, listOf, recordOf } from '../../live/guards.js';
import type { Namespace } from '../../live/namespace.js';
import { openNamespace } from '../../live/namespace.js';
import { wellFormed } from '../../live/well-formed.js';
import { BOARD, boardSocket, watchTop, SHOWN } from '../board/board-feed.js';
import { payloadBytes, ReceivedCounter, type Received } from './received.js';

/** As many as the textbook side sends. Both sides send the same part of the board while they are compared. */
export const COMPARED_TOP = 100;
const SHOW_EVERY_MS = 500;
const NAMESPACE = '/textbook-leaderboard';

interface TextbookTop {
  board: string;
  entries: { rank: number; playerId: string; score: number }[];
}

const isTop = recordOf<TextbookTop>({
  board: isString,
  entries: listOf(
    recordOf<TextbookTop['entries'][number]>({ rank: isWhole, playerId: isString, score: isWhole }),
  ),
});

type Side = 'textbook' | 'module';

export const isComparing = signal(false);
/** The newest top of the textbook side; null until it comes. */
export const textbookTop = signal<TextbookTop | null>(null);
export const received = signal<Record<Side, Received> | null>(null);

const counters: Record<Side, ReceivedCounter> = {
  textbook: new ReceivedCounter(),
  module: new ReceivedCounter(),
};
let textbook: Namespace<{ top: (top: TextbookTop) => void }, object> | undefined;
let newest: TextbookTop | null = null;
let timer: ReturnType<typeof setInterval> | undefined;

export function startComparing(): void {
  if (isComparing.value) return;
  isComparing.value = true;
  for (const counter of Object.values(counters)) counter.restart(performance.now());
  watchTop(COMPARED_TOP);
  if (textbook === undefined) textbook = openTextbook();
  else textbook.socket.connect();
  timer = setInterval(show, SHOW_EVERY_MS);
}

export function stopComparing(): void {
  if (!isComparing.value) return;
  isComparing.value = false;
  clearInterval(timer);
  textbook?.socket.disconnect();
  watchTop(SHOWN);
  newest = textbookTop.value = received.value = null;
}

function openTextbook(): NonNullable<typeof textbook> {
  const opened = openNamespace<{ top: (top: TextbookTop) => void }, object>(NAMESPACE);
  // It sends all boards to everybody.
  opened.socket.on(
    'top',
    wellFormed(isTop, (top) => {
      if (top.board === BOARD && isComparing.value) newest = top;
    }),
  );
  // Both namespaces share one connection. Its engine is another one after each reconnect.
  const manager = boardSocket.io;
  const listen = (): void => void manager.engine.on('packet', ({ type, data }) => countPacket(type, data));
  manager.on('open', listen);
  if (boardSocket.connected) listen();
  return opened;
}

/** The messages that change the list: `changes` of the module, `top` of the textbook side. */
const MESSAGES: readonly [side: Side, start: string][] = [
  ['module', '2/leaderboard,["changes"'],
  ['textbook', `2${NAMESPACE},["top"`],
];

function countPacket(type: string, data: unknown): void {
  if (!isComparing.value || type !== 'message' || typeof data !== 'string') return;
  for (const [side, start] of MESSAGES) {
    if (data.startsWith(start))
      counters[side].count({ bytes: payloadBytes(data), rows: rowsIn(data) }, performance.now());
  }
}

function rowsIn(packet: string): number {
  return packet.split('"playerId":').length - 1;
}

/** Twice a second, since hundreds of tops a second cannot be seen. */
function show(): void {
  const at = performance.now();
  textbookTop.value = newest;
  received.value = { textbook: counters.textbook.perSecond(at), module: counters.module.perSecond(at) };
}
