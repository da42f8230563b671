/** The board with many players. Response of `/api/demo/crowd` and of its loads. */
export interface CrowdState {
  board: string;
  /** How many players it has: `player-1` to `player-<players>`. */
  players: number;
  /** How many it can have. */
  largest: number;
  /** The newest load of this node; null if there was none since it started. */
  load: CrowdLoad | null;
}

export interface CrowdLoad {
  /** `ended`: all players are loaded. */
  state: 'running' | 'ended' | 'cancelled' | 'failed';
  /** How many players the board had at first, has now, and shall have. */
  from: number;
  players: number;
  target: number;
  elapsedMs: number;
  /** Why it failed and what to do; null if it did not. */
  problem: string | null;
}

/** Response of `GET /api/demo/crowd/players/:number/rank`. `Server-Timing` has the time of the answer. */
export interface CrowdRank {
  by: 'sql' | 'sorted-set';
  playerId: string;
  /** null if the sorted set is unavailable. */
  rank: number | null;
  score: number;
}
