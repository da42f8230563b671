/** The simulated players of the board `arena`. Response of `GET` and `PUT /api/demo/arena`. */
export interface ArenaState {
  board: string;
  /** Of all players together, on all nodes. 0: the players pause. */
  scoresPerSecond: number;
  /** The highest rate that can be chosen. */
  highest: number;
  /** The rate without a choice. */
  usual: number;
  /** When a chosen rate ends, as an ISO date. null: none was chosen. */
  chosenUntil: string | null;
  /** Whether somebody watches the board on this node. Otherwise the players pause. */
  isWatched: boolean;
}

/** Response of `POST /api/demo/arena/seasons`: the season that was closed on both boards. */
export interface ArenaSeason {
  season: string;
}

/** Response of `POST /api/demo/arena/leads`: the score that puts a player first. */
export interface Lead {
  playerId: string;
  score: number;
  /** null while the engine is down. */
  rank: number | null;
}
