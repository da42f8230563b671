/** What a load on a leaderboard is run with. */
export interface BoardLoad {
  url: string;
  seconds: number;
  signal: AbortSignal;
  say: (progress: string) => void;
}

/** One figure, and what it should be at most. */
export interface Measured {
  figure: string;
  value: number;
  goal?: number;
}
