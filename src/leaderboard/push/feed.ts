import type { BoardTop } from '../leaderboard.answers.js';
import type { BoardWindow } from '../leaderboard.schemas.js';
import type { OwnPlaceChanged } from '../leaderboard.wire.js';

/** Who looks at a board. The gateway makes one per socket, so that what tells them knows no websockets. */
export interface Viewer {
  own(place: OwnPlaceChanged): void;
}

export interface Watching {
  room: string;
  top: number;
  compact: boolean;
  playerId: string | undefined;
  /** When this viewer was last told its own place, and of which version. */
  toldAt: number;
  toldVersion: number;
  hasPlace: boolean;
}

/** A viewer may come from another node, or from before a failover, and has seen no later version than this. */
export interface Arrival {
  version: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** One window of one board, as its viewers saw it last. */
export interface Feed extends BoardTop {
  name: string;
  board: string;
  window: BoardWindow;
  viewers: Map<Viewer, Watching>;
  /** Viewers that come in with the next tick. */
  arriving: Arrival[];
  isAnnounced: boolean;
  isReading: boolean;
  isTellingOwnPlaces: boolean;
  readAt: number;
  unsubscribe: () => void;
}
