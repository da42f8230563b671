import type { BoardTop } from '../leaderboard.responses.js';
import type { BoardWindow } from '../api/leaderboard.schemas.js';
import type { OwnPlace, OwnPlaceChanged } from './leaderboard.wire.js';

/** One watch of one socket. The gateway creates it, so that this folder knows no websockets. */
export interface Viewer {
  own(place: OwnPlaceChanged): void;
}

export interface Watching {
  room: string;
  top: number;
  playerId: string | undefined;
  /** When the place of this viewer's player was last read. */
  placeReadAt: number;
  /** The place that this viewer was last sent; null: none. */
  place: OwnPlace | null;
}

/** A viewer that waits for a snapshot. It may come from another node and has seen no later version than this. */
export interface Arrival {
  version: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** One window of one board, as it was last sent to its viewers. */
export interface Feed extends BoardTop {
  name: string;
  board: string;
  window: BoardWindow;
  viewers: Map<Viewer, Watching>;
  /** Viewers whose snapshot is the next read. */
  arriving: Arrival[];
  isAnnounced: boolean;
  isReading: boolean;
  isTellingOwnPlaces: boolean;
  readAt: number;
  /** When its rooms were last sent changes. */
  sentAt: number;
  unsubscribe: () => void;
}

export const TICK_MS = 100;

/** Whether something that happens every so often is due at this tick. Half a tick of tolerance: timers are inexact. */
export function isDue(last: number, everyMs: number, now: number): boolean {
  return now - last >= everyMs - TICK_MS / 2;
}

/** Viewers of one room see the same. */
export function roomsOf({ viewers }: Feed): Map<string, Watching> {
  return new Map([...viewers.values()].map((watching) => [watching.room, watching]));
}
