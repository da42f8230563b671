import type { BoardWindow } from '../domain/board.js';
import type { BoardTop } from '../leaderboard.responses.js';
import type { DegradedBoard, LeaderboardChanges, OwnPlace, OwnPlaceChanged } from './leaderboard.wire.js';

/** One watch of one socket. The gateway creates it, so that the other files of this folder do not depend on websockets. */
export interface Viewer {
  own(place: OwnPlaceChanged): void;
  /** The board was deleted. Ends the watch, if it has begun. */
  end(): void;
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

/** Viewers of as many places receive the same changes. */
export interface Room {
  readonly top: number;
  viewers: number;
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
  /** By name. Kept beside the viewers: each change is sent per room, and to find the rooms among thousands of viewers takes time. */
  rooms: Map<string, Room>;
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

export function addViewer({ viewers, rooms }: Feed, viewer: Viewer, watching: Watching): void {
  const { room, top } = watching;
  viewers.set(viewer, watching);
  rooms.set(room, { top, viewers: (rooms.get(room)?.viewers ?? 0) + 1 });
}

/** @returns whether it was a viewer of this feed. */
export function removeViewer({ viewers, rooms }: Feed, viewer: Viewer): boolean {
  const watching = viewers.get(viewer);
  if (!watching) return false;
  viewers.delete(viewer);
  const room = rooms.get(watching.room);
  if (room && --room.viewers === 0) rooms.delete(watching.room);
  return true;
}
