import type { BoardWindow } from '../domain/board.js';
import type { BoardTop } from '../leaderboard.responses.js';
import type { DegradedBoard, LeaderboardChanges, OwnPlace, OwnPlaceChanged } from './leaderboard.wire.js';

/** One watch of one socket. The gateway creates it, so that the other files of this folder do not depend on websockets. */
export interface Viewer {
  own(place: OwnPlaceChanged): void;
}

/** How messages reach the viewers in a room. */
export interface Rooms {
  changes: (room: string, changes: LeaderboardChanges) => void;
  degraded: (room: string, notice: DegradedBoard) => void;
}

/** What one viewer watches. */
export interface Watching {
  /** Viewers of one room receive the same changes. */
  room: string;
  top: number;
  playerId: string | undefined;
  /** When the place of this viewer's player was last read. */
  placeReadAt: number;
  /** The place that this viewer was last sent; null: none. */
  place: OwnPlace | null;
}

/** A viewer that waits for a snapshot. It may come from another node, where it has seen this version at most. */
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
  /** Whether the board may have changed since the last read. */
  isChanged: boolean;
  isReading: boolean;
  isSendingOwnPlaces: boolean;
  readAt: number;
  /** When its rooms were last sent changes. */
  sentAt: number;
  unsubscribe: () => void;
}

export const TICK_MS = 100;

/** Whether a periodic action is due at this tick. Timers are inexact, so half a tick early is on time. */
export function isDue(last: number, everyMs: number, now: number): boolean {
  return now - last >= everyMs - TICK_MS / 2;
}

/** One watch of each room. Allocates nothing per viewer: it runs at each tick, and viewers are many more than rooms. */
export function roomsOf({ viewers }: Feed): Map<string, Watching> {
  const rooms = new Map<string, Watching>();
  for (const watching of viewers.values()) {
    if (!rooms.has(watching.room)) rooms.set(watching.room, watching);
  }
  return rooms;
}
