import { signal } from '@preact/signals';
import type {
  DegradedBoard,
  DeletedBoard,
  LeaderboardChanges,
  OwnPlaceChanged,
  WatchRefusal,
  WatchSnapshot,
} from '../../../../src/leaderboard/live/leaderboard.wire.js';

/** How many messages did not have the shape that leaderboard.wire.ts describes. They change nothing on the page. */
export const malformed = signal(0);

/** Passes on messages of the right shape, and counts the others. */
export function wellFormed<Message>(
  isRight: (message: unknown) => message is Message,
  handle: (message: Message) => unknown,
): (message: unknown) => void {
  return (message) => {
    if (isRight(message)) handle(message);
    else malformed.value += 1;
  };
}

export function isChanges(message: unknown): message is LeaderboardChanges {
  if (!isRecord(message)) return false;
  const { top, version, previousVersion, entries, removed } = message;
  return (
    [top, version, previousVersion].every(Number.isSafeInteger) &&
    isListOf(removed, (id) => typeof id === 'string') &&
    isListOf(entries, isEntry)
  );
}

export function isPlace(message: unknown): message is OwnPlaceChanged {
  if (!isRecord(message) || typeof message['playerId'] !== 'string') return false;
  const { rank, score, neighbours } = message;
  if (rank === null) return true;
  return Number.isSafeInteger(rank) && Number.isSafeInteger(score) && isListOf(neighbours, isEntry);
}

export function isReply(message: unknown): message is WatchSnapshot | WatchRefusal {
  if (!isRecord(message)) return false;
  const { error, version, entries, me } = message;
  if (error !== undefined) return isRecord(error) && typeof error['detail'] === 'string';
  const isOwnPlace = me === undefined || me === null || isRecord(me);
  return Number.isSafeInteger(version) && isListOf(entries, isEntry) && isOwnPlace;
}

export function isDegradedBoard(message: unknown): message is DegradedBoard {
  return isRecord(message) && typeof message['degraded'] === 'boolean';
}

export function isDeletedBoard(message: unknown): message is DeletedBoard {
  return isRecord(message) && typeof message['board'] === 'string';
}

function isEntry(entry: unknown): boolean {
  if (!isRecord(entry)) return false;
  const { rank, playerId, name, score, position = 1 } = entry;
  return (
    typeof playerId === 'string' &&
    (name === null || typeof name === 'string') &&
    [rank, score, position].every(Number.isSafeInteger)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}
